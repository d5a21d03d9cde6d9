import type { RoleDefinition } from './role-definition';

type Neighbours = (id: string) => Iterable<string>;

/** How roles inherit from each other. */
export class RoleGraph {
  private readonly parents = new Map<string, readonly string[]>();
  private readonly children = new Map<string, string[]>();

  constructor(roles: readonly RoleDefinition[]) {
    for (const role of roles) {
      this.parents.set(role.id, role.parents);
      for (const parent of role.parents)
        this.children.set(parent, [...(this.children.get(parent) ?? []), role.id]);
    }
  }

  inheritsFromItself(id: string): boolean {
    return reach(id, this.parentsOf).has(id);
  }

  /** The roles that inherit from `id`, at any distance. */
  heirsOf(id: string): string[] {
    return [...reach(id, this.childrenOf)];
  }

  /** How many roles the longest line of inheritance through `id` has; counts no further than `limit` either way. */
  lineLength(id: string, limit: number): number {
    return 1 + distance(id, this.parentsOf, limit) + distance(id, this.childrenOf, limit);
  }

  private readonly parentsOf: Neighbours = (id) => this.parents.get(id) ?? [];

  private readonly childrenOf: Neighbours = (id) => this.children.get(id) ?? [];
}

function reach(start: string, neighbours: Neighbours): Set<string> {
  const reached = new Set(neighbours(start));
  // A set yields what is added while it is walked.
  for (const id of reached) for (const next of neighbours(id)) reached.add(next);
  return reached;
}

function distance(start: string, neighbours: Neighbours, limit: number): number {
  let steps = 0;
  let frontier = new Set(neighbours(start));
  while (frontier.size > 0 && steps < limit) {
    steps++;
    frontier = new Set([...frontier].flatMap((id) => [...neighbours(id)]));
  }
  return steps;
}
