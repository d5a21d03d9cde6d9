import type { AccessRequest, Challenge, DecisionBasis } from './access-request';
import { childrenOf, type Condition } from './condition';
import { liesIn, pathOf } from './resource-node';
import type { Facts, HeldAssignment, StoredCondition } from './subject';

export interface Verdict {
  readonly basis: DecisionBasis;
  readonly challenge?: Challenge;
}

const ALLOWED: Verdict = { basis: 'allowed' };
const DENIED: Verdict = { basis: 'denied' };
const NOT_ALLOWED: Verdict = { basis: 'not_allowed' };

/**
 * A live denial that applies wins; else a live allowance grants; else a challenge if a fresh authentication would
 * grant; else no. Nothing depends on the order of assignments. Pure, and never cached: only its inputs are compiled.
 */
export function decide(bit: number, facts: Facts): Verdict {
  const verdict = judge(bit, facts);
  return verdict === ALLOWED ? verdict : (challengeOf(bit, facts) ?? verdict);
}

/** Looks at what the subject holds, or up the path: whichever is shorter. */
function judge(bit: number, facts: Facts): Verdict {
  const { held, assignments } = facts.subject;
  if (held.length <= facts.resource.above.ids.length + 1) return weigh(held, NOT_ALLOWED, bit, facts);
  let verdict = NOT_ALLOWED;
  for (const nodeId of pathOf(facts.resource)) {
    const here = assignments.get(nodeId);
    if (here !== undefined) verdict = weigh(here, verdict, bit, facts);
    if (verdict === DENIED) return DENIED;
  }
  return verdict;
}

function weigh(held: readonly HeldAssignment[], before: Verdict, bit: number, facts: Facts): Verdict {
  let verdict = before;
  for (const assignment of held) {
    if (!concerns(assignment, bit) || !isLive(assignment, facts.now)) continue;
    if (!liesIn(facts.resource, assignment.resourceId, assignment.print)) continue;
    const truth = truthOf(assignment, facts);
    if (assignment.effect === 'deny') {
      // What cannot be told denies, within the denial's own target.
      if (truth !== false && !assignment.exempt) return DENIED;
    } else if (truth === true) verdict = ALLOWED;
  }
  return verdict;
}

/** Whether the assignment's role names the permission. */
export function concerns({ effect, role }: HeldAssignment, bit: number): boolean {
  return (effect === 'allow' ? role.grants : role.denies).has(bit);
}

export function isLive({ window }: HeldAssignment, now: number): boolean {
  return window === null || (window.from <= now && now < window.to);
}

/** What its condition says; null where that cannot be told. */
export function truthOf({ test }: HeldAssignment, facts: Facts): boolean | null {
  return test === null ? true : test(facts);
}

/** The authentication after which the answer would be yes, if there is one. */
function challengeOf(bit: number, facts: Facts): Verdict | undefined {
  if (!facts.subject.asksForAuthentication) return undefined;
  const relevant = pathOf(facts.resource)
    .flatMap((nodeId) => facts.subject.assignments.get(nodeId) ?? [])
    .filter(
      (held) => concerns(held, bit) && isLive(held, facts.now) && asksForAuthentication(held.condition),
    );
  if (relevant.length === 0) return undefined;
  const { now, request } = facts;
  const fresh = {
    ...request,
    context: { ...request.context, acr: 'aal2', mfaAt: Math.floor(now / 1_000) },
  } as AccessRequest;
  if (judge(bit, { ...facts, request: fresh }) !== ALLOWED) return undefined;
  const ages = relevant.flatMap(({ condition }) => agesIn(condition));
  return {
    basis: 'challenge',
    challenge: { acrValues: 'aal2', maxAge: ages.length === 0 ? null : Math.min(...ages) },
  };
}

export function asksForAuthentication(condition: StoredCondition | null): boolean {
  return testsOf(condition).some(({ op }) => op === 'acr' || op === 'mfaAge');
}

function agesIn(condition: StoredCondition | null): number[] {
  return testsOf(condition).flatMap((test) => (test.op === 'mfaAge' ? [test.atMost] : []));
}

function testsOf(condition: StoredCondition | null): readonly Condition[] {
  if (condition === null || condition === 'unreadable') return [];
  const children = childrenOf(condition);
  return children.length === 0 ? [condition] : children.flatMap(testsOf);
}
