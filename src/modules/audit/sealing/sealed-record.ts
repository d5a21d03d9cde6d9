import { canonicalJson } from './canonical-json';
import { leafHash } from './merkle-tree';

/**
 * One event exactly as it is stored: what a leaf is made of. Personal data is ciphertext here, in hexadecimal like
 * all bytes, so that erasing a key changes nothing; `changes` is the text that PostgreSQL makes of its jsonb.
 */
// A type and no interface: only types are assignable to what has an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- see above
export type StoredRecord = {
  readonly id: string;
  readonly at: string;
  readonly xid: string;
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly onBehalfOf: string | null;
  readonly targetType: string;
  readonly targetId: string | null;
  readonly changes: string | null;
  readonly requestId: string | null;
  readonly sessionId: string | null;
  readonly actorKeyId: string | null;
  readonly actorPersonal: string | null;
  readonly targetKeyId: string | null;
  readonly targetPersonal: string | null;
  readonly ipDigest: string | null;
  readonly typedNameDigest: string | null;
};

export type SealedRecord = StoredRecord & { readonly sequence: number; readonly batchId: string };

/** The columns of a {@link StoredRecord}. */
export const STORED_RECORD_FIELDS = `id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  xid::text AS xid, action, outcome, reason, actor_type AS "actorType", actor_id AS "actorId",
  on_behalf_of AS "onBehalfOf", target_type AS "targetType", target_id AS "targetId", changes::text AS changes,
  request_id AS "requestId", session_id AS "sessionId",
  actor_key_id AS "actorKeyId", encode(actor_personal, 'hex') AS "actorPersonal",
  target_key_id AS "targetKeyId", encode(target_personal, 'hex') AS "targetPersonal",
  encode(ip_digest, 'hex') AS "ipDigest", encode(typed_name_digest, 'hex') AS "typedNameDigest"`;

/** Numbers stay exact in JavaScript for longer than the trail will grow. */
export const SEALED_RECORD_FIELDS = `${STORED_RECORD_FIELDS}, sequence::float8 AS sequence, batch_id AS "batchId"`;

export function leafOf(record: SealedRecord): Buffer {
  return leafHash(canonicalJson(record));
}
