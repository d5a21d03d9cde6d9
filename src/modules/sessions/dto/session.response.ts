import Bowser from 'bowser';
import { z } from 'zod';
import { pageOf, pageQueryFields } from '../../../common/http';
import { timestampField, uuidField } from '../../../common/validation';
import type { SessionRow } from '../sessions.repository';

export const SessionResponse = z
  .strictObject({
    id: uuidField,
    current: z.boolean(),
    device: z.strictObject({
      browser: z.string().nullable(),
      os: z.string().nullable(),
      kind: z.string().nullable(),
    }),
    ip: z.string().nullable(),
    methods: z.array(z.string()),
    createdAt: timestampField,
    lastSeenAt: timestampField,
    expiresAt: timestampField,
  })
  .meta({
    id: 'Session',
    examples: [
      {
        id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
        current: true,
        device: { browser: 'Firefox 140', os: 'Linux', kind: 'desktop' },
        ip: '192.0.2.7',
        methods: ['pwd'],
        createdAt: '2026-01-31T09:30:00.000Z',
        lastSeenAt: '2026-01-31T09:45:00.000Z',
        expiresAt: '2026-02-14T09:45:00.000Z',
      },
    ],
  });
export type SessionResponse = z.infer<typeof SessionResponse>;

export const SessionPage = pageOf('SessionPage', SessionResponse);
export type SessionPage = z.infer<typeof SessionPage>;

export const ListSessionsQuery = z.strictObject(pageQueryFields).meta({ id: 'ListSessionsQuery' });
export type ListSessionsQuery = z.infer<typeof ListSessionsQuery>;

export const EndSessionsQuery = z
  .strictObject({ includeCurrent: z.enum(['true', 'false']).default('false') })
  .meta({ id: 'EndSessionsQuery' });
export type EndSessionsQuery = z.infer<typeof EndSessionsQuery>;

export function toSessionResponse(session: SessionRow, currentId: string | null): SessionResponse {
  return {
    id: session.id,
    current: session.id === currentId,
    device: deviceOf(session.userAgent),
    ip: session.ip,
    methods: session.methods,
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
  };
}

function deviceOf(userAgent: string | null): SessionResponse['device'] {
  if (userAgent === null || userAgent === '') return { browser: null, os: null, kind: null };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const named = [browser.name, browser.version].filter(Boolean).join(' ');
  return { browser: named === '' ? null : named, os: os.name ?? null, kind: platform.type ?? null };
}
