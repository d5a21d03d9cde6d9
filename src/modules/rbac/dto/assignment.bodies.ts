import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { timestampField, uuidField } from '../../../common/validation';

const textField = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\0\p{Cs}]*$/u, 'must be Unicode text');
const reasonField = textField(500);

export const CreateAssignmentBody = z
  .strictObject({
    principalType: z.enum(['user', 'group', 'service']),
    principalId: uuidField,
    roleId: uuidField,
    resourceId: uuidField
      .optional()
      .describe('The resource at which, with all below it, the role holds; the root by default.'),
    effect: z.enum(['allow', 'deny']).default('allow'),
    condition: z
      .record(z.string().max(50), z.unknown())
      .optional()
      .describe(
        'When it applies: a tree of tests, such as `{ "op": "ip", "in": ["10.0.0.0/8"] }`. What is unknown never ' +
          'grants, and denies within a denial. See docs/authorization.md.',
      ),
    exempt: z
      .array(uuidField)
      .max(100)
      .default([])
      .describe('Users, services and groups that a denial spares.'),
    validFrom: timestampField.optional(),
    validTo: timestampField.optional().describe('From then on it holds no more; after `validFrom`.'),
    reason: reasonField.optional(),
  })
  .refine(
    ({ validFrom, validTo }) =>
      validFrom === undefined || validTo === undefined || Date.parse(validFrom) < Date.parse(validTo),
    { path: ['validTo'], message: 'must be after "validFrom"' },
  )
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
  .strictObject({
    ...pageQueryFields,
    principalId: uuidField.optional(),
    roleId: uuidField.optional(),
    resourceId: uuidField.optional().describe('Held at this very resource, not above or below it.'),
    effect: z.enum(['allow', 'deny']).optional(),
    source: textField(200)
      .optional()
      .describe('Whence it came, as assignments tell it: `manual`, or what gave it.'),
    reason: reasonField.optional().describe('The very reason that was given for it.'),
  })
  .meta({ id: 'ListAssignmentsQuery', examples: [{ principalId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' }] });
export type ListAssignmentsQuery = z.infer<typeof ListAssignmentsQuery>;
