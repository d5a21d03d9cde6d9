import { about, asks, type AuditedRoutes } from './audited-route';

const subject = { type: 'user', id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' };
const evaluation = {
  subject,
  action: { name: 'users:read' },
  resource: { type: 'portcullis', id: 'root' },
};

/** Questions change nothing, and leave nothing, unless they are about the trail. */
export const ACCESS_ROUTES: AuditedRoutes = {
  'POST /access/v1/evaluation': asks(evaluation),
  'POST /access/v1/evaluations': asks({ evaluations: [evaluation] }),
  'POST /access/v1/search/action': asks({ subject, resource: evaluation.resource }),
  'POST /access/v1/search/resource': asks({
    subject,
    action: evaluation.action,
    resource: { type: 'portcullis' },
  }),
  'POST /access/v1/search/subject': asks({ ...evaluation, subject: { type: 'user' } }),
  'POST /v1/access/batch': asks({ checks: [{ permission: 'users:read' }] }),
  'POST /v1/access/check': asks({ permission: 'users:read' }),
  'POST /v1/access/explain': asks({ permission: 'users:read' }),
  'POST /v1/access/list': asks({ permission: 'users:read' }),
  'POST /v1/audit/verify': about(['audit.verified'], () => ({ body: {} })),
};
