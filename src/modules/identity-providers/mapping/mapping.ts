import { z } from 'zod';
import { uuidField } from '../../../common/validation';

const valueField = z.string().min(1).max(1_000);

/** Exactly one of the three; `*` in `like` stands for anything. */
const comparison = z.union([
  z.strictObject({ equals: valueField }),
  z.strictObject({ oneOf: z.array(valueField).min(1).max(100) }),
  z.strictObject({ like: valueField }),
]);

const Match = z.union([
  z.strictObject({ group: comparison }),
  z.strictObject({ attribute: z.string().min(1).max(200), is: comparison }),
]);

export type Comparison = z.output<typeof comparison>;
export type Match = z.output<typeof Match>;

/** One rule: whom it concerns, and what they get from it, as long as it does. */
export const Mapping = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('profile'),
      field: z.enum(['username', 'email', 'displayName']),
      attribute: z.string().min(1).max(200),
    }),
    z.strictObject({ type: z.literal('group'), when: Match, groupId: uuidField }),
    z.strictObject({
      type: z.literal('role'),
      when: Match,
      roleId: uuidField,
      resourceId: uuidField.optional().describe('The root unless told.'),
    }),
  ])
  .meta({
    id: 'Mapping',
    examples: [
      {
        type: 'role',
        when: { group: { equals: 'cn=stewards,ou=groups,dc=example,dc=com' } },
        roleId: '0192f0c4-3e4f-7a5b-8c6d-7e8f9a0b1c2d',
      },
    ],
  });
export type Mapping = z.output<typeof Mapping>;
