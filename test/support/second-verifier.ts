import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';

/**
 * A stranger's verifier of exports, written from docs/guides/audit.md. It shares no code with the service. Returns the
 * last good sequence; throws at the first thing that is wrong.
 */
type Flat = Record<string, string | number | null>;
interface Line {
  readonly kind: string;
  readonly header: Flat;
  readonly checkpoint: Flat;
  readonly leaves: string;
  readonly retirement: Flat | null;
  readonly record: Flat;
}

const sha256 = (...parts: (Buffer | string)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const canonical = (value: Flat): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));

function root(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), root(leaves.slice(0, split)), root(leaves.slice(split)));
}

/** The text that was signed. */
function signedText(kind: string, { signature, ...body }: Flat, keys: readonly JsonWebKey[]): string {
  const text = `portcullis-audit-${kind}-v1\n${canonical(body)}`;
  const key = createPublicKey({ key: keys.find(({ kid }) => kid === body.kid)!, format: 'jwk' });
  if (!verify(null, Buffer.from(text), key, Buffer.from(String(signature), 'hex')))
    throw new Error(`signature of a ${kind}`);
  return text;
}

export function secondVerifier(lines: readonly string[], keys: readonly JsonWebKey[]): number {
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  const { header } = parsed[0]!;
  signedText('export', header, keys);
  let [number, sequence] = [Number(header.firstCheckpoint ?? 1) - 1, Number(header.firstSequence ?? 1) - 1];
  let previous = number === 0 ? '0'.repeat(64) : parsed[1]?.checkpoint.previous;
  if (parsed.at(-1)?.kind !== 'end') throw new Error('cut off');
  for (let at = 1; at < parsed.length - 1;) {
    const { checkpoint, retirement, leaves: known } = parsed[at++]!;
    const text = signedText('checkpoint', checkpoint, keys);
    if (checkpoint.number !== ++number || checkpoint.previous !== previous)
      throw new Error(`chain at ${number}`);
    previous = sha256(text).toString('hex');
    if (retirement !== null) signedText('retirement', retirement, keys);
    if (retirement !== null && retirement.checkpoint !== previous) throw new Error(`retirement at ${number}`);
    const gone = Buffer.from(String(retirement?.retired ?? ''), 'hex');
    const leaves: Buffer[] = [];
    while (sequence < Number(checkpoint.lastSequence)) {
      const place = leaves.length;
      sequence++;
      if (((gone[place >> 3] ?? 0) >> (place & 7)) & 1) {
        leaves.push(Buffer.from(known.slice(64 * place, 64 * place + 64), 'hex'));
        continue;
      }
      const { kind, record } = parsed[at++]!;
      if (kind !== 'event' || record.sequence !== sequence || record.batchId !== checkpoint.batchId)
        throw new Error(`missing ${sequence}`);
      leaves.push(sha256(Buffer.of(0), canonical(record)));
    }
    if (root(leaves).toString('hex') !== checkpoint.root) throw new Error(`root of ${number}`);
  }
  if (number !== (header.lastCheckpoint ?? 0)) throw new Error(`ends at ${number}`);
  return sequence;
}
