import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { timestampField } from '../../../common/validation';
import type { SigningKeyRow } from '../tokens/signing-keys.repository';

/** RFC 7638 over SHA-256. */
export const kidField = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .meta({ examples: ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'] });

export const SigningKeyResponse = z
  .strictObject({
    kid: kidField,
    algorithm: z.enum(['ES256', 'RS256']),
    status: z.enum(['next', 'active', 'retiring', 'revoked']),
    createdAt: timestampField,
    activatedAt: timestampField.nullable(),
    retiredAt: timestampField.nullable(),
  })
  .meta({
    id: 'SigningKey',
    examples: [
      {
        kid: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
        algorithm: 'ES256',
        status: 'active',
        createdAt: '2026-01-31T09:30:00.000Z',
        activatedAt: '2026-01-31T10:40:00.000Z',
        retiredAt: null,
      },
    ],
  });
export type SigningKeyResponse = z.infer<typeof SigningKeyResponse>;

export const SigningKeyPage = pageOf('SigningKeyPage', SigningKeyResponse);
export type SigningKeyPage = z.infer<typeof SigningKeyPage>;

/** The whole ring: there are never more than a few keys. */
export function toSigningKeyPage(rows: readonly SigningKeyRow[]): SigningKeyPage {
  return { items: rows.map(toSigningKeyResponse), nextCursor: null };
}

function toSigningKeyResponse(row: SigningKeyRow): SigningKeyResponse {
  return {
    kid: row.kid,
    algorithm: row.algorithm,
    status: row.status,
    createdAt: row.createdAt.toISOString(),
    activatedAt: row.activatedAt?.toISOString() ?? null,
    retiredAt: row.retiredAt?.toISOString() ?? null,
  };
}
