import type { ListFilter } from '../../../common/access';
import { conditionSql, dependsOnResource, type SqlScope } from './condition-sql';
import { concerns, isLive, truthOf } from './decide';
import type { Facts, HeldAssignment, StoredCondition } from './subject';

/** An assignment whose condition waits for the resource. */
interface Pending {
  readonly nodeId: string;
  readonly condition: StoredCondition;
}

/** For one subject and permission: where it is allowed and where denied, as far as that is settled before the query. */
export class ResourceFilter implements ListFilter {
  private readonly allowedAt = new Set<string>();
  private readonly deniedAt = new Set<string>();
  private readonly allowedWhere: Pending[] = [];
  private readonly deniedWhere: Pending[] = [];

  private constructor(private readonly facts: Facts) {}

  /** Decides for every resource as the decision of one does. The resource of `facts` is not looked at. */
  static of(bit: number, facts: Facts): ResourceFilter {
    const filter = new ResourceFilter(facts);
    for (const held of facts.subject.assignments.values()) {
      for (const assignment of held) {
        if (concerns(assignment, bit) && isLive(assignment, facts.now)) filter.add(assignment);
      }
    }
    return filter;
  }

  get isEmpty(): boolean {
    return this.allowedAt.size + this.allowedWhere.length === 0;
  }

  onResource(alias: string, values: unknown[]): string {
    if (this.isEmpty) return 'FALSE';
    const scope = { alias, values };
    const allowed = this.eitherSql(this.allowedAt, this.allowedWhere, 'IS TRUE', scope);
    const denied = this.eitherSql(this.deniedAt, this.deniedWhere, 'IS NOT FALSE', scope);
    const isAllowed = `(${allowed.join(' OR ')})`;
    return denied.length === 0 ? isAllowed : `(${isAllowed} AND NOT (${denied.join(' OR ')}))`;
  }

  onReference(expression: string, values: unknown[]): string {
    return `${expression} IN (SELECT allowed.id FROM resources allowed WHERE ${this.onResource('allowed', values)})`;
  }

  private add(assignment: HeldAssignment): void {
    const { effect, resourceId, condition, exempt } = assignment;
    if (exempt) return;
    const [settled, pending] =
      effect === 'allow' ? [this.allowedAt, this.allowedWhere] : [this.deniedAt, this.deniedWhere];
    if (condition !== null && dependsOnResource(condition)) {
      pending.push({ nodeId: resourceId, condition });
      return;
    }
    const truth = truthOf(assignment, this.facts);
    if (truth === true || (truth === null && effect === 'deny')) settled.add(resourceId);
  }

  private eitherSql(
    settled: ReadonlySet<string>,
    pending: readonly Pending[],
    test: string,
    scope: SqlScope,
  ): string[] {
    const at = (nodeIds: readonly string[]): string =>
      `${scope.alias}.path && $${scope.values.push(nodeIds)}::uuid[]`;
    return [
      ...(settled.size > 0 ? [at([...settled])] : []),
      ...pending.map(
        ({ nodeId, condition }) =>
          `(${at([nodeId])} AND (${conditionSql(condition, this.facts, scope)}) ${test})`,
      ),
    ];
  }
}

/** Allows nothing. */
export const NO_RESOURCES: ListFilter = {
  isEmpty: true,
  onResource: () => 'FALSE',
  onReference: () => 'FALSE',
};
