/** A node of the resource tree as a decision needs it. */
export interface ResourceNode {
  readonly id: string;
  /** From the root to the node itself. */
  readonly path: readonly string[];
  readonly type: string;
  readonly key: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly ownerId: string | null;
}
