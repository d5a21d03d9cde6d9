import { PermissionSet } from './permission-set';

/** Which permissions bring others along, at any distance. */
export class Implications {
  private readonly closures: (readonly [bit: number, implied: PermissionSet])[];

  constructor(bits: ReadonlyMap<string, number>, implied: ReadonlyMap<string, readonly string[]>) {
    const capacity = Math.max(-1, ...bits.values()) + 1;
    this.closures = [...implied].flatMap(([name]) => {
      const bit = bits.get(name);
      if (bit === undefined) return [];
      const set = new PermissionSet(capacity);
      for (const other of reachFrom(name, implied)) {
        const otherBit = bits.get(other);
        if (otherBit !== undefined) set.add(otherBit);
      }
      return [[bit, set] as const];
    });
  }

  addTo(set: PermissionSet): void {
    for (const [bit, implied] of this.closures) if (set.has(bit)) set.unite(implied);
  }
}

function reachFrom(name: string, implied: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set(implied.get(name));
  // A set yields what is added while it is walked.
  for (const next of reached) for (const other of implied.get(next) ?? []) reached.add(other);
  return reached;
}
