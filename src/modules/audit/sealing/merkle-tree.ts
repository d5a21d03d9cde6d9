import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;

/** The prefixes of RFC 9162 §2.1.1: no node passes for a leaf, nor a leaf for a node. */
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

export function leafHash(content: string): Buffer {
  return createHash('sha256').update(LEAF).update(content).digest();
}

/** The Merkle tree hash of at least one leaf (RFC 9162 §2.1.1). */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const [first, ...others] = leaves;
  if (first === undefined) throw new Error('A tree without leaves has no root');
  if (others.length === 0) return first;
  const split = splitOf(leaves.length);
  return nodeHash(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)));
}

/** The siblings on the way from a leaf to the root, the nearest first (RFC 9162 §2.1.3.1). */
export function inclusionPath(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...inclusionPath(leaves.slice(0, split), index), merkleRoot(leaves.slice(split))]
    : [...inclusionPath(leaves.slice(split), index - split), merkleRoot(leaves.slice(0, split))];
}

/** The root that a leaf leads to; null where the path has the wrong length (RFC 9162 §2.1.3.2). */
export function rootFromPath(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | null {
  let [node, position, last] = [leaf, index, size - 1];
  if (index > last) return null;
  for (const sibling of path) {
    if (last === 0) return null;
    if (position % 2 === 1 || position === last) {
      node = nodeHash(sibling, node);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      node = nodeHash(node, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node : null;
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  return 2 ** (31 - Math.clz32(size - 1));
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}
