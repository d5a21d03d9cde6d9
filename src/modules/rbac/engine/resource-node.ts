/** A node of the resource tree as it is stored. */
export interface ResourceRow {
  readonly id: string;
  /** From the root to the node itself. */
  readonly path: readonly string[];
  readonly type: string;
  readonly key: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly ownerId: string | null;
}

/** The nodes above others, from the root down: the same for all that hang below one parent. */
export interface Line {
  readonly ids: readonly string[];
  /** {@link printOf} each of them. */
  readonly prints: readonly number[];
}

/** A node of the resource tree as a decision needs it. */
export interface ResourceNode extends Omit<ResourceRow, 'path'> {
  readonly print: number;
  readonly above: Line;
}

/** Almost all ids that differ, differ in this; comparing it looks at no text, which is most of a decision's work. */
export function printOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) ^ Number.parseInt(id.slice(-8), 16);
}

export function lineOf(ids: readonly string[]): Line {
  return { ids, prints: ids.map(printOf) };
}

export function nodeFrom(row: ResourceRow, above = lineOf(row.path.slice(0, -1))): ResourceNode {
  const { id, type, key, tags, ownerId } = row;
  return { id, print: printOf(id), above, type, key, tags, ownerId };
}

/** From the root to the node itself. */
export function pathOf({ above, id }: ResourceNode): string[] {
  return [...above.ids, id];
}

/** Whether the node is the one of `id`, or lies below it. */
export function liesIn(node: ResourceNode, id: string, print: number): boolean {
  if (node.print === print && node.id === id) return true;
  const { ids, prints } = node.above;
  for (let index = 0; index < prints.length; index++)
    if (prints[index] === print && ids[index] === id) return true;
  return false;
}
