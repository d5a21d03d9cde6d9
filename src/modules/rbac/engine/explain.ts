import type { Decision } from './access-request';
import { findingsOf } from './condition-findings';
import { concerns, isLive, truthOf } from './decide';
import type { AssignmentFinding, AssignmentOutcome, Explanation, RedactedExplanation } from './explanation';
import { liesIn } from './resource-node';
import type { Facts, HeldAssignment, Subject } from './subject';

const MAX_NEAR_MISSES = 20;

/** Says of every assignment that names the permission what became of it. */
export function explain(decision: Decision, bit: number, facts: Facts): Explanation {
  const findings = [...facts.subject.assignments.values()]
    .flat()
    .filter((held) => concerns(held, bit))
    .map((held) => findingOf(held, facts));
  const applying = findings.filter(({ outcome }) => outcome === 'applies');
  const denials = applying.filter(({ effect }) => effect === 'deny');
  const deciding = denials.length > 0 ? denials : applying;
  const nearMisses = findings.filter((finding) => !deciding.includes(finding)).sort(byNearness);
  return { decision, deciding, nearMisses: nearMisses.slice(0, MAX_NEAR_MISSES) };
}

/**
 * What the subject itself may see of `explanation`: nothing of what is denied to it, and nothing by which a resource that
 * exists could be told from one that does not.
 */
export function redact({ decision, deciding, nearMisses }: Explanation): RedactedExplanation {
  const own = ({ effect, outcome }: AssignmentFinding): boolean =>
    effect === 'allow' && outcome !== 'elsewhere';
  return {
    decision,
    deciding: deciding.filter(own).map(({ effect, roleId, outcome }) => ({ effect, roleId, outcome })),
    // A grant that applies and did not decide tells of a denial.
    nearMisses: nearMisses
      .filter((finding) => own(finding) && finding.outcome !== 'applies')
      .map(({ effect, outcome }) => ({ effect, outcome })),
  };
}

function findingOf(held: HeldAssignment, facts: Facts): AssignmentFinding {
  const { condition } = held;
  return {
    assignmentId: held.id,
    effect: held.effect,
    roleId: held.role.id,
    resourceId: held.resourceId,
    groups: groupsTo(held.holderId, facts.subject),
    outcome: outcomeOf(held, facts),
    ...(condition !== null && { condition: findingsOf(condition, facts) }),
  };
}

function outcomeOf(held: HeldAssignment, facts: Facts): AssignmentOutcome {
  if (!liesIn(facts.resource, held.resourceId, held.print)) return 'elsewhere';
  if (!isLive(held, facts.now)) return hasEnded(held, facts.now) ? 'expired' : 'not_yet_valid';
  if (held.exempt) return 'exempt';
  const truth = truthOf(held, facts);
  if (truth === null) return held.effect === 'deny' ? 'applies' : 'condition_unknown';
  return truth ? 'applies' : 'condition_not_met';
}

function hasEnded({ window }: HeldAssignment, now: number): boolean {
  return window !== null && window.to <= now;
}

function groupsTo(holderId: string, { holders }: Subject): string[] {
  const groups: string[] = [];
  for (
    let id = holderId, via = holders.get(id);
    via !== null && via !== undefined;
    id = via, via = holders.get(id)
  )
    groups.unshift(id);
  return groups;
}

/** What holds at the resource itself is nearer than what holds elsewhere. */
function byNearness(a: AssignmentFinding, b: AssignmentFinding): number {
  return Number(a.outcome === 'elsewhere') - Number(b.outcome === 'elsewhere');
}
