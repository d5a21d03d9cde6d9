import type { Grants } from '../../../common/access';
import type { Mapping } from './mapping';

/** All that the rules can give to anybody. */
export function grantsOf(mappings: readonly Mapping[]): Grants {
  return {
    roles: mappings.flatMap((rule) =>
      rule.type === 'role' ? [{ roleId: rule.roleId, resourceId: rule.resourceId ?? null }] : [],
    ),
    groupIds: mappings.flatMap((rule) => (rule.type === 'group' ? [rule.groupId] : [])),
  };
}
