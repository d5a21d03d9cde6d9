import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { uuidField } from '../../../common/validation';

export const CreateAssignmentBody = z
  .strictObject({
    principalType: z.enum(['user']),
    principalId: uuidField,
    roleId: uuidField,
    resourceId: uuidField
      .optional()
      .describe('The resource at which, with all below it, the role holds; the root by default.'),
    effect: z.enum(['allow', 'deny']).default('allow'),
    reason: z
      .string()
      .min(1)
      .max(500)
      .regex(/^[^\0\p{Cs}]*$/u, 'must be Unicode text')
      .optional(),
  })
  .meta({
    id: 'CreateAssignmentBody',
    examples: [
      {
        principalType: 'user',
        principalId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
        roleId: '0192f0c4-9d20-7a11-8c3f-5e6a7b8c9d0e',
        effect: 'allow',
        reason: 'On duty this month',
      },
    ],
  });
export type CreateAssignmentBody = z.infer<typeof CreateAssignmentBody>;

export const ListAssignmentsQuery = z
  .strictObject({ ...pageQueryFields, principalId: uuidField.optional(), roleId: uuidField.optional() })
  .meta({ id: 'ListAssignmentsQuery', examples: [{ principalId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' }] });
export type ListAssignmentsQuery = z.infer<typeof ListAssignmentsQuery>;
