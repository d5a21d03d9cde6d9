import fc from 'fast-check';
import { inclusionPath, leafHash, merkleRoot, rootFromPath } from './merkle-tree';

const leavesOf = (size: number): Buffer[] => Array.from({ length: size }, (_, n) => leafHash(String(n)));

describe('the Merkle tree', () => {
  it('hashes as RFC 9162 does', () => {
    // The test vectors of the Certificate Transparency reference implementation.
    expect(leafHash('').toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    const leaves = [leafHash(''), leafHash('\0')];
    expect(merkleRoot(leaves).toString('hex')).toBe(
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    );
  });

  it('leads from every leaf to the root, and from no other leaf or place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(69), fc.nat(69), (size, one, other) => {
        const leaves = leavesOf(size);
        const [index, elsewhere] = [one % size, other % size];
        const path = inclusionPath(leaves, index);
        const root = merkleRoot(leaves);
        expect(rootFromPath(leaves[index]!, index, size, path)).toEqual(root);
        const isOther = index !== elsewhere;
        expect(rootFromPath(leaves[elsewhere]!, index, size, path)?.equals(root)).toBe(!isOther);
        expect(rootFromPath(leaves[index]!, elsewhere, size, path)?.equals(root) ?? false).toBe(!isOther);
        // A shorter path leads nowhere; where there is none to shorten, a leaf too many does.
        expect(rootFromPath(leaves[index]!, index, size + Number(size === 1), path.slice(1))).toBeNull();
        expect(rootFromPath(leaves[index]!, index, size, [...path, root])).toBeNull();
      }),
    );
  });

  it('gives another root when any leaf changes, goes, comes or moves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(39), (size, at) => {
        const leaves = leavesOf(size);
        const index = at % size;
        const root = merkleRoot(leaves);
        expect(merkleRoot(leaves.with(index, leafHash('altered')))).not.toEqual(root);
        expect(merkleRoot(leaves.toSpliced(index, 1))).not.toEqual(root);
        expect(merkleRoot(leaves.toSpliced(index, 0, leafHash('new')))).not.toEqual(root);
        expect(merkleRoot([...leaves].reverse())).not.toEqual(root);
      }),
    );
  });
});
