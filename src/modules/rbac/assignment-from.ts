import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../common/errors';
import type { Assignment } from './assignment';
import type { CreateAssignmentBody } from './dto/assignment.bodies';
import { ConditionSchema, type Condition } from './engine/condition';
import { ROOT_RESOURCE_ID } from './well-known-ids';

/** The assignment that `body` describes. @throws DomainError `RBAC.INVALID_CONDITION`, `RBAC.INVALID_EXEMPTION` */
export function assignmentFrom(body: CreateAssignmentBody): Assignment {
  const { principalType, effect, validFrom, validTo, reason = null } = body;
  if (effect === 'allow' && body.exempt.length > 0) throw new DomainError('RBAC.INVALID_EXEMPTION');
  return {
    id: uuidv7(),
    principalType,
    // As PostgreSQL writes them: what is told to other processes must be spelled like what they know.
    principalId: body.principalId.toLowerCase(),
    roleId: body.roleId.toLowerCase(),
    resourceId: body.resourceId?.toLowerCase() ?? ROOT_RESOURCE_ID,
    effect,
    condition: body.condition === undefined ? null : conditionFrom(body.condition),
    exempt: body.exempt.map((id) => id.toLowerCase()),
    validFrom: validFrom === undefined ? null : new Date(validFrom),
    validTo: validTo === undefined ? null : new Date(validTo),
    source: 'manual',
    reason,
  };
}

function conditionFrom(sent: unknown): Condition {
  const { data, error } = ConditionSchema.safeParse(sent);
  if (data !== undefined) return data;
  throw new DomainError('RBAC.INVALID_CONDITION', {
    errors: error.issues.slice(0, 20).map(({ path, code, message }) => ({
      pointer: ['/condition', ...path.map(String)].join('/').slice(0, 200),
      code,
      message: message.slice(0, 200),
    })),
  });
}
