import type { CompiledPolicy, Effect } from './compiled-policy';
import type { PermissionSet } from './permission-set';

/** An assignment that has not expired, of a principal or of a group that it belongs to. */
export interface HoldingRow {
  readonly roleId: string;
  readonly effect: Effect;
  /** Of the node at which it holds, from the root to the node itself. */
  readonly path: readonly string[];
  /** That a condition or a validity window bounds it. */
  readonly limited: boolean;
  /** That the denial spares the principal. */
  readonly exempt: boolean;
}

/** What somebody holds, seen by those who ask whether it may be passed on or touched: nothing by chance. */
export class Holdings {
  constructor(
    private readonly policy: CompiledPolicy,
    private readonly rows: readonly HoldingRow[],
  ) {}

  /**
   * What is held at the end of `path` and everywhere below it, whatever the circumstances: an allowance with a
   * condition or an end is not holding, while a denial counts even if it has them.
   */
  firmlyAt(path: readonly string[]): PermissionSet {
    const held = this.policy.emptySet();
    for (const row of this.rows) {
      if (row.effect === 'allow' && !row.limited && covers(row.path, path))
        held.unite(this.policy.roleOf(row.roleId).grants);
    }
    for (const row of this.rows) {
      if (row.effect === 'deny' && !row.exempt && (covers(row.path, path) || covers(path, row.path)))
        held.subtract(this.policy.roleOf(row.roleId).denies);
    }
    return held;
  }

  /** Whether all that is held here at the end of `place` or below, under any circumstances, is within `actor`'s reach. */
  isWithin(actor: Holdings, place: readonly string[]): boolean {
    return this.rows.every((row) => {
      if (row.effect === 'deny' || !(covers(row.path, place) || covers(place, row.path))) return true;
      const path = row.path.length > place.length ? row.path : place;
      return this.mostOf(row, path).without(actor.firmlyAt(path)).isEmpty();
    });
  }

  private mostOf({ roleId }: HoldingRow, path: readonly string[]): PermissionSet {
    const most = this.policy.emptySet().unite(this.policy.reachOf(roleId));
    for (const { effect, limited, exempt, roleId: denied, path: at } of this.rows) {
      if (effect === 'deny' && !limited && !exempt && covers(at, path))
        most.subtract(this.policy.roleOf(denied).denies);
    }
    return most;
  }
}

/** Whether what holds at the end of `upper` holds at the end of `lower`. */
function covers(upper: readonly string[], lower: readonly string[]): boolean {
  return lower.includes(upper.at(-1) ?? '');
}
