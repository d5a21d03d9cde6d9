import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { uuidField } from '../../../common/validation';
import type { Membership } from '../groups/group';
import { policyVersionField } from './policy-version';

const groupExample = {
  id: '0192f0c4-3e4f-7a5b-8c6d-7e8f9a0b1c2d',
  name: 'data stewards',
  description: 'They look after the catalogue.',
  version: 1,
};

export const GroupResponse = z
  .strictObject({ id: uuidField, name: z.string(), description: z.string(), version: z.number().int() })
  .meta({ id: 'Group', examples: [groupExample] });
export type GroupResponse = z.infer<typeof GroupResponse>;

export const WrittenGroupResponse = z
  .strictObject({ ...GroupResponse.shape, policyVersion: policyVersionField })
  .meta({ id: 'WrittenGroup', examples: [{ ...groupExample, policyVersion: '42' }] });
export type WrittenGroupResponse = z.infer<typeof WrittenGroupResponse>;

export const GroupPage = pageOf('GroupPage', GroupResponse);
export type GroupPage = z.infer<typeof GroupPage>;

const example = { principalType: 'user', principalId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' };

const GroupMemberResponse = z
  .strictObject({ principalType: z.enum(['user', 'group', 'service']), principalId: uuidField })
  .meta({ id: 'GroupMember', examples: [example] });
export type GroupMemberResponse = z.infer<typeof GroupMemberResponse>;

export const GroupMemberPage = pageOf('GroupMemberPage', GroupMemberResponse);
export type GroupMemberPage = z.infer<typeof GroupMemberPage>;

export const WrittenMembershipResponse = z
  .strictObject({
    groupId: uuidField,
    ...GroupMemberResponse.shape,
    policyVersion: policyVersionField,
  })
  .meta({
    id: 'WrittenMembership',
    examples: [{ groupId: '0192f0c4-3e4f-7a5b-8c6d-7e8f9a0b1c2d', ...example, policyVersion: '42' }],
  });
export type WrittenMembershipResponse = z.infer<typeof WrittenMembershipResponse>;

export function toGroupMemberResponse({ principalType, principalId }: Membership): GroupMemberResponse {
  return { principalType, principalId };
}
