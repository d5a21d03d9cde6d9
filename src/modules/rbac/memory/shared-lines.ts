import { LRUCache } from 'lru-cache';
import type { ResourceNode } from '../engine/resource-node';

const MAX_PARENTS = 20_000;
const NO_TAGS = Object.freeze({});

/** Nodes under one parent name the same ancestors: each id is kept once, not once a node. */
export class SharedNodeStrings {
  private readonly pathOf = new LRUCache<string, readonly string[]>({ max: MAX_PARENTS });

  shareIn(node: ResourceNode): ResourceNode {
    const { id: nodeId, type, key, tags, ownerId } = node;
    const parentId = node.path.at(-2);
    const known = parentId === undefined ? undefined : this.pathOf.get(parentId);
    const path = node.path.map((id, index) => (id === nodeId ? nodeId : shared(id, known?.[index])));
    if (known === undefined && parentId !== undefined) this.pathOf.set(parentId, path.slice(0, -1));
    return { id: nodeId, path, type, key, tags: Object.keys(tags).length === 0 ? NO_TAGS : tags, ownerId };
  }
}

function shared(id: string, known: string | undefined): string {
  return known === id ? known : id;
}
