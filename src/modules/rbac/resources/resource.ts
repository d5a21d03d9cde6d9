/** A node of the tree at which roles hold. Who it is stays true wherever it moves and whatever it is called. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  /** The caller's own id, unique within the type. */
  readonly key: string;
  readonly name: string;
  /** Null at the root only. */
  readonly parentId: string | null;
  /** The ids from the root to this node, itself included. */
  readonly path: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly ownerId: string | null;
  /** Changes with every edit; the ETag. */
  readonly version: number;
}

/** What a resource says, apart from who and where it is. */
export type ResourceContent = Pick<Resource, 'name' | 'tags' | 'ownerId'>;
