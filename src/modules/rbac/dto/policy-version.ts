import type { FastifyReply } from 'fastify';
import { z } from 'zod';

export const policyVersionField = z
  .string()
  .regex(/^\d+$/)
  .describe('The version of the policy that this write made.');

/** Where an answer without a body tells the version of the policy that the write made. */
export const POLICY_VERSION_HEADER = {
  'Policy-Version': {
    description: 'The version of the policy that this write made.',
    schema: { type: 'string' as const, pattern: '^\\d+$' },
  },
};

export function setPolicyVersion(reply: FastifyReply, policyVersion: string): void {
  void reply.header('policy-version', policyVersion);
}
