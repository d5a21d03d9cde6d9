import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { timestampField, uuidField } from '../../../common/validation';
import type { StoredAuditEvent } from '../audit-record';
import { openedPersonal, type PersonalKeys } from '../opened-personal';
import { PERSONAL_COLUMNS } from '../personal-data';

const changeField = z.strictObject({ before: z.unknown().optional(), after: z.unknown().optional() });

export const unreadableField = z
  .array(z.enum(PERSONAL_COLUMNS))
  .optional()
  .describe(
    'Whose personal data cannot be decrypted though nobody erased it. It was altered: verify the trail',
  );

export const AuditEventResponse = z
  .strictObject({
    id: uuidField,
    sequence: z.number().int().nullable().describe('Null until the event is sealed'),
    at: timestampField,
    action: z.string(),
    outcome: z.enum(['success', 'failure', 'denied']),
    reason: z.string().optional(),
    actor: z.strictObject({ type: z.string(), id: uuidField.nullable(), onBehalfOf: uuidField.optional() }),
    target: z.strictObject({ type: z.string(), id: z.string().nullable() }),
    changes: z.record(z.string(), changeField).optional(),
    requestId: uuidField.nullable(),
    sessionId: uuidField.optional(),
    ip: z.string().nullable().optional().describe('Null where unknown, erased or unreadable'),
    userAgent: z.string().nullable().optional().describe('Null where unknown, erased or unreadable'),
    typedName: z.string().optional().describe('The name that somebody typed where no account is known'),
    unreadable: unreadableField,
  })
  .meta({
    id: 'AuditEvent',
    examples: [
      {
        id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
        sequence: 1_024,
        at: '2026-01-31T09:30:00.123456Z',
        action: 'user.updated',
        outcome: 'success',
        actor: { type: 'user', id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f' },
        target: { type: 'user', id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d60' },
        changes: { displayName: { before: 'Ada', after: 'Ada Lovelace' } },
        requestId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d61',
        sessionId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d62',
        ip: '192.0.2.7',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
      },
    ],
  });
export type AuditEventResponse = z.infer<typeof AuditEventResponse>;

export const AuditEventPage = pageOf('AuditEventPage', AuditEventResponse);
export type AuditEventPage = z.infer<typeof AuditEventPage>;

/** What was encrypted under a key that is not among `keys` has been erased. */
export function toAuditEventResponse(event: StoredAuditEvent, keys: PersonalKeys): AuditEventResponse {
  const { actor, target, unreadable } = openedPersonal(event, keys);
  const changes = { ...event.changes, ...target };
  return {
    id: event.id,
    sequence: event.sequence === null ? null : Number(event.sequence),
    at: event.at,
    action: event.action,
    outcome: event.outcome,
    ...(event.reason !== null && { reason: event.reason }),
    actor: {
      type: event.actorType,
      id: event.actorId,
      ...(event.onBehalfOf !== null && { onBehalfOf: event.onBehalfOf }),
    },
    target: { type: event.targetType, id: event.targetId },
    ...(Object.keys(changes).length > 0 && { changes }),
    requestId: event.requestId,
    ...(event.sessionId !== null && { sessionId: event.sessionId }),
    ...(event.actorPersonal !== null && { ip: null, userAgent: null, ...actor }),
    ...(unreadable && { unreadable }),
  };
}
