import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { uuidField } from '../../../common/validation';
import type { Decision } from '../engine/access-request';
import { redact } from '../engine/explain';
import type { AssignmentFinding, Explanation } from '../engine/explanation';

const decisionExample = {
  allowed: true,
  decisionId: '0192f0c4-b2c3-7d4e-8f5a-6b7c8d9e0f1a',
  policyVersion: '42',
};

export const AccessDecisionResponse = z
  .strictObject({
    allowed: z.boolean(),
    decisionId: uuidField.describe('Of this one answer, to quote it.'),
    policyVersion: z.string().describe('What was known of the policy.'),
    challenge: z
      .strictObject({ acrValues: z.enum(['aal1', 'aal2']), maxAge: z.number().int().nullable() })
      .optional()
      .describe('The authentication after which the answer would be yes (RFC 9470).'),
  })
  .meta({ id: 'AccessDecision', examples: [decisionExample] });
export type AccessDecisionResponse = z.infer<typeof AccessDecisionResponse>;

export const BatchAccessResponse = z
  .strictObject({ results: z.array(AccessDecisionResponse).describe('In the order of the checks.') })
  .meta({ id: 'BatchAccess', examples: [{ results: [decisionExample] }] });
export type BatchAccessResponse = z.infer<typeof BatchAccessResponse>;

const FindingResponse = z
  .strictObject({
    assignmentId: uuidField.optional(),
    effect: z.enum(['allow', 'deny']),
    roleId: uuidField.optional(),
    resourceId: uuidField.optional(),
    groups: z.array(uuidField).optional().describe('From the subject to the holder, outermost last.'),
    outcome: z.enum([
      'applies',
      'not_yet_valid',
      'expired',
      'exempt',
      'condition_not_met',
      'condition_unknown',
      'elsewhere',
    ]),
    condition: z
      .array(
        z.strictObject({
          test: z.string(),
          value: z.unknown().optional(),
          result: z.enum(['true', 'false', 'unknown']),
        }),
      )
      .optional(),
  })
  .meta({
    id: 'AccessFinding',
    examples: [{ effect: 'allow', roleId: '0192f0c4-9d20-7a11-8c3f-5e6a7b8c9d0e', outcome: 'applies' }],
  });
type FindingResponse = z.infer<typeof FindingResponse>;

export const ExplainAccessResponse = z
  .strictObject({
    decision: AccessDecisionResponse,
    basis: z.string().describe('How the decision came about.'),
    deciding: z.array(FindingResponse).describe('The denials that applied, else the grants.'),
    nearMisses: z
      .array(FindingResponse)
      .describe('What would have decided otherwise, had one thing been different.'),
  })
  .meta({
    id: 'ExplainAccess',
    examples: [{ decision: decisionExample, basis: 'allowed', deciding: [], nearMisses: [] }],
  });
export type ExplainAccessResponse = z.infer<typeof ExplainAccessResponse>;

const AllowedResource = z
  .strictObject({ id: uuidField, type: z.string(), key: z.string(), name: z.string() })
  .meta({
    id: 'AllowedResource',
    examples: [
      {
        id: '0192f0c4-5c6d-7e8f-9a0b-1c2d3e4f5a6b',
        type: 'catalog.table',
        key: 'warehouse.public.orders',
        name: 'orders',
      },
    ],
  });

export const ListAccessResponse = pageOf('ListAccess', AllowedResource);
export type ListAccessResponse = z.infer<typeof ListAccessResponse>;

export function toAccessDecisionResponse({
  allowed,
  policyVersion,
  challenge,
}: Decision): AccessDecisionResponse {
  return { allowed, decisionId: uuidv7(), policyVersion, ...(challenge !== undefined && { challenge }) };
}

export function toExplainAccessResponse({
  decision,
  deciding,
  nearMisses,
}: Explanation): ExplainAccessResponse {
  return {
    decision: toAccessDecisionResponse(decision),
    basis: decision.basis,
    deciding: deciding.map(toFindingResponse),
    nearMisses: nearMisses.map(toFindingResponse),
  };
}

export function toRedactedExplanation(explanation: Explanation): ExplainAccessResponse {
  const { decision, deciding, nearMisses } = redact(explanation);
  return {
    decision: toAccessDecisionResponse(decision),
    // What is denied, what is not allowed and what does not exist look the same.
    basis: decision.allowed || decision.basis === 'challenge' ? decision.basis : 'not_allowed',
    deciding: [...deciding],
    nearMisses: [...nearMisses],
  };
}

function toFindingResponse({ groups, condition, ...finding }: AssignmentFinding): FindingResponse {
  return {
    ...finding,
    groups: [...groups],
    ...(condition !== undefined && { condition: condition.map((test) => ({ ...test })) }),
  };
}
