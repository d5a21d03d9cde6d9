import { parseEnvironment } from './environment';
import { deliveryOf } from './mail.config';

const PRODUCTION = {
  DB_URL: 'postgres://app:pw@db.internal/portcullis',
  JWT_SECRET_KEY: 'kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u',
  MAIL_FROM: 'no-reply@corp.example',
};

describe('the way of mails to the relay', () => {
  it.each([
    ['smtps://mail.internal', {}, { requiresTls: false, mayBeCleartext: false }],
    ['smtp://mail.internal:587', {}, { requiresTls: true, mayBeCleartext: false }],
    ['SMTP://mail.internal', {}, { requiresTls: true, mayBeCleartext: false }],
    ['smtp://us:pw@mail.internal', {}, { requiresTls: true, mayBeCleartext: false }],
    ['smtp://localhost.internal', {}, { requiresTls: true, mayBeCleartext: false }],
    ['smtp://mail.internal', { SMTP_REQUIRE_TLS: 'false' }, { requiresTls: false, mayBeCleartext: true }],
    ['smtp://127.0.0.1:25', {}, { requiresTls: false, mayBeCleartext: false }],
    ['smtp://[::1]', {}, { requiresTls: false, mayBeCleartext: false }],
    ['smtp://localhost', { SMTP_REQUIRE_TLS: 'true' }, { requiresTls: true, mayBeCleartext: false }],
  ])(
    'is encrypted unless somebody says otherwise, or it is on this machine: %s, %j',
    (url, env, expected) => {
      const delivery = deliveryOf(parseEnvironment({ ...PRODUCTION, SMTP_URL: url, ...env }));
      expect(delivery).toMatchObject({ mode: 'smtp', ...expected });
    },
  );
});
