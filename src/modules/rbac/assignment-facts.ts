import type { FieldChanges } from '../../common/events';
import type { Assignment } from './assignment';

/** What the trail tells of an assignment that came or went. */
export function factsOf(assignment: Assignment, side: 'before' | 'after'): FieldChanges {
  const { principalType, principalId, roleId, resourceId, effect, condition, exempt, reason } = assignment;
  const { validFrom, validTo } = assignment;
  const facts = {
    principalType,
    principalId,
    roleId,
    resourceId,
    effect,
    ...(condition !== null && { condition }),
    ...(exempt.length > 0 && { exempt }),
    ...(validFrom !== null && { validFrom: validFrom.toISOString() }),
    ...(validTo !== null && { validTo: validTo.toISOString() }),
    ...(reason !== null && { reason }),
  };
  return Object.fromEntries(Object.entries(facts).map(([field, value]) => [field, { [side]: value }]));
}
