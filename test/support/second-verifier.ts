import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';

/**
 * A stranger's verifier of exports, written from docs/guides/audit.md. It shares no code with the service. Returns the
 * last good sequence; throws at the first thing that is wrong.
 */
type Flat = Record<string, string | number | null>;
interface Line {
  readonly kind: string;
  readonly checkpoint: Flat;
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

export function secondVerifier(lines: readonly string[], keys: readonly JsonWebKey[]): number {
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  let [previous, number, sequence] = ['0'.repeat(64), 0, 0];
  if (parsed.at(-1)?.kind !== 'end') throw new Error('cut off');
  for (let at = 1; at < parsed.length - 1;) {
    const { signature, ...body } = parsed[at++]!.checkpoint;
    const signed = `portcullis-audit-checkpoint-v1\n${canonical(body)}`;
    const jwk = keys.find(({ kid }) => kid === body.kid);
    const key = createPublicKey({ key: jwk!, format: 'jwk' });
    if (!verify(null, Buffer.from(signed), key, Buffer.from(String(signature), 'hex')))
      throw new Error(`signature of ${number + 1}`);
    if (body.number !== ++number || body.previous !== previous) throw new Error(`chain at ${number}`);
    previous = sha256(signed).toString('hex');
    const leaves: Buffer[] = [];
    for (; parsed[at]?.kind === 'event'; at++) {
      const { record } = parsed[at]!;
      if (record.sequence !== ++sequence || record.batchId !== body.batchId)
        throw new Error(`order at ${sequence}`);
      leaves.push(sha256(Buffer.of(0), canonical(record)));
    }
    if (sequence !== body.lastSequence) throw new Error(`missing ${sequence + 1}`);
    if (root(leaves).toString('hex') !== body.root) throw new Error(`root of ${number}`);
  }
  return sequence;
}
