import { LRUCache } from 'lru-cache';
import { lineOf, nodeFrom, type Line, type ResourceNode, type ResourceRow } from '../engine/resource-node';

const MAX_PARENTS = 20_000;
const NO_TAGS = Object.freeze({});

/** Nodes under one parent have the same nodes above them: that line is kept once, not once a node. */
export class SharedLines {
  private readonly lines = new LRUCache<string, Line>({ max: MAX_PARENTS });

  nodeFrom(row: ResourceRow): ResourceNode {
    const { path, tags } = row;
    const above = this.lineTo(path.slice(0, -1));
    return nodeFrom({ ...row, tags: Object.keys(tags).length === 0 ? NO_TAGS : tags }, above);
  }

  private lineTo(ids: readonly string[]): Line {
    const parentId = ids.at(-1) ?? '';
    const known = this.lines.get(parentId);
    // The parent may have moved since.
    if (known?.ids.length === ids.length && known.ids.every((id, index) => id === ids[index])) return known;
    const line = lineOf(ids);
    this.lines.set(parentId, line);
    return line;
  }
}
