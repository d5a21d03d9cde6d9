/** A row's place: its transaction, then its id. Transactions commit out of order, ids within one do not. */
export interface FeedPosition {
  readonly xid: bigint;
  readonly id: bigint;
}

function isAfter(a: FeedPosition, b: FeedPosition): boolean {
  return a.xid > b.xid || (a.xid === b.xid && a.id > b.id);
}

/**
 * Where a reader stands. Every visible row counts as soon as it is seen; only the cursor waits. It stays below
 * the snapshot's horizon (the oldest transaction still running), because a transaction below which all are
 * finished can bring no more rows, while one above it still can. An id alone as the cursor would skip rows that
 * commit late; waiting for the horizon before applying would stall behind any long transaction.
 */
export class FeedCursor {
  private readonly applied = new Map<bigint, FeedPosition>();

  private reached: bigint;

  /** Starts at a horizon: `at.xid` was one. */
  constructor(private at: FeedPosition) {
    this.reached = at.xid;
  }

  /** The highest horizon seen. */
  get horizon(): bigint {
    return this.reached;
  }

  get position(): FeedPosition {
    return this.at;
  }

  /** Whether something was applied that the cursor cannot pass yet. */
  get isWaiting(): boolean {
    return this.applied.size > 0;
  }

  isApplied(id: bigint): boolean {
    return this.applied.has(id);
  }

  markApplied(row: FeedPosition): void {
    this.applied.set(row.id, row);
  }

  /** Moves past everything applied below `horizon`, and forgets it. */
  advance(horizon: bigint): void {
    this.reached = horizon;
    for (const [id, row] of this.applied) {
      if (row.xid >= horizon) continue;
      if (isAfter(row, this.at)) this.at = row;
      this.applied.delete(id);
    }
  }
}
