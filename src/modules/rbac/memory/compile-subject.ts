import type { CompiledPolicy, Effect } from '../compiled-policy';
import type { PrincipalType } from '../assignment';
import { ConditionSchema } from '../engine/condition';
import { asksForAuthentication } from '../engine/decide';
import { compileCondition } from '../engine/evaluate-condition';
import { printOf } from '../engine/resource-node';
import type { HeldAssignment, StoredCondition, Subject, ValidityWindow } from '../engine/subject';

export interface AssignmentRow {
  readonly id: string;
  readonly holderId: string;
  readonly roleId: string;
  readonly effect: Effect;
  readonly resourceId: string;
  readonly condition: unknown;
  readonly exempt: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validFrom: number | null;
  readonly validTo: number | null;
}

export interface SubjectRow {
  readonly id: string;
  readonly type: PrincipalType;
  readonly holders: readonly { readonly id: string; readonly via: string | null }[];
  readonly assignments: readonly AssignmentRow[];
}

/** Binds what a principal holds to the roles of `policy`. */
export function compileSubject(
  { id, type, holders, assignments }: SubjectRow,
  policy: CompiledPolicy,
): Subject {
  const holderOf = new Map<string, string | null>();
  for (const { id: holder, via } of holders) if (!holderOf.has(holder)) holderOf.set(holder, via);
  const byNode = new Map<string, HeldAssignment[]>();
  for (const row of assignments) {
    const held = compileAssignment(row, policy, holderOf);
    const others = byNode.get(held.resourceId);
    if (others === undefined) byNode.set(held.resourceId, [held]);
    else others.push(held);
  }
  const held = [...byNode.values()].flat();
  const asks = held.some(({ condition }) => asksForAuthentication(condition));
  return { id, type, holders: holderOf, held, assignments: byNode, asksForAuthentication: asks };
}

function compileAssignment(
  row: AssignmentRow,
  policy: CompiledPolicy,
  holders: ReadonlyMap<string, string | null>,
): HeldAssignment {
  const { id, holderId, effect, resourceId } = row;
  const condition = row.condition === null ? null : readCondition(row.condition);
  return {
    id,
    holderId,
    role: policy.roleOf(row.roleId),
    effect,
    resourceId,
    print: printOf(resourceId),
    condition,
    test: condition === null ? null : compileCondition(condition),
    window: windowOf(row),
    exempt: effect === 'deny' && row.exempt.some((principalId) => holders.has(principalId)),
  };
}

function windowOf({ validFrom, validTo }: AssignmentRow): ValidityWindow | null {
  if (validFrom === null && validTo === null) return null;
  return { from: validFrom ?? -Infinity, to: validTo ?? Infinity };
}

function readCondition(stored: unknown): StoredCondition {
  return ConditionSchema.safeParse(stored).data ?? 'unreadable';
}
