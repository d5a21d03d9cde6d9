import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { timestampField, uuidField } from '../../../common/validation';
import type { Assignment } from '../assignment';
import type { Written } from '../written';
import { policyVersionField } from './policy-version';

const example = {
  id: '0192f0c4-a1b2-7c3d-8e4f-5a6b7c8d9e0f',
  principalType: 'user',
  principalId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
  roleId: '0192f0c4-9d20-7a11-8c3f-5e6a7b8c9d0e',
  resourceId: '00000000-0000-7000-8000-000000000010',
  effect: 'allow',
  source: 'manual',
  reason: 'On duty this month',
};

const AssignmentResponse = z
  .strictObject({
    id: uuidField,
    principalType: z.enum(['user', 'group', 'service']),
    principalId: uuidField,
    roleId: uuidField,
    resourceId: uuidField,
    effect: z.enum(['allow', 'deny']),
    condition: z.record(z.string(), z.unknown()).optional(),
    exempt: z.array(uuidField).optional().describe('Whom the denial spares.'),
    validFrom: timestampField.optional(),
    validTo: timestampField.optional(),
    source: z.string(),
    reason: z.string().optional(),
  })
  .meta({ id: 'Assignment', examples: [example] });
export type AssignmentResponse = z.infer<typeof AssignmentResponse>;

export const WrittenAssignmentResponse = z
  .strictObject({
    ...AssignmentResponse.shape,
    policyVersion: policyVersionField,
  })
  .meta({ id: 'WrittenAssignment', examples: [{ ...example, policyVersion: '42' }] });
export type WrittenAssignmentResponse = z.infer<typeof WrittenAssignmentResponse>;

export const AssignmentPage = pageOf('AssignmentPage', AssignmentResponse);
export type AssignmentPage = z.infer<typeof AssignmentPage>;

export function toAssignmentResponse(assignment: Assignment): AssignmentResponse {
  const { id, principalType, principalId, roleId, resourceId, effect, condition, exempt, source } =
    assignment;
  const { validFrom, validTo, reason } = assignment;
  return {
    id,
    principalType,
    principalId,
    roleId,
    resourceId,
    effect,
    ...(condition !== null && { condition: { ...condition } }),
    ...(exempt.length > 0 && { exempt: [...exempt] }),
    ...(validFrom !== null && { validFrom: validFrom.toISOString() }),
    ...(validTo !== null && { validTo: validTo.toISOString() }),
    source,
    ...(reason !== null && { reason }),
  };
}

export function toWrittenAssignmentResponse(assignment: Written<Assignment>): WrittenAssignmentResponse {
  return { ...toAssignmentResponse(assignment), policyVersion: assignment.policyVersion };
}
