import { z } from 'zod';
import type { Decision } from '../engine/access-request';

export const EvaluationResponse = z
  .object({
    decision: z.boolean(),
    context: z
      .object({
        error: z.object({ status: z.number().int(), message: z.string() }).optional(),
        challenge: z
          .object({ acr_values: z.string(), max_age: z.number().int().nullable() })
          .optional()
          .describe('The authentication after which the decision would be true (RFC 9470).'),
      })
      .optional(),
  })
  .meta({ id: 'Evaluation', examples: [{ decision: true }] });
export type EvaluationResponse = z.infer<typeof EvaluationResponse>;

export const EvaluationsResponse = z
  .union([z.object({ evaluations: z.array(EvaluationResponse) }), EvaluationResponse])
  .describe('One decision where no evaluations were sent.')
  .meta({ id: 'Evaluations', examples: [{ evaluations: [{ decision: true }, { decision: false }] }] });
export type EvaluationsResponse = z.infer<typeof EvaluationsResponse>;

const entity = z.object({ type: z.string(), id: z.string() });

function resultsOf<T extends z.ZodType>(id: string, result: T, example: z.infer<T>) {
  return z
    .object({
      page: z.object({ next_token: z.string().describe('Empty on the last page.'), count: z.number().int() }),
      results: z.array(result),
    })
    .meta({ id, examples: [{ page: { next_token: '', count: 1 }, results: [example] }] });
}

export const SearchResponse = resultsOf('EntitySearch', entity, { type: 'user', id: 'ada.lovelace' });
export type SearchResponse = z.infer<typeof SearchResponse>;

export const ActionSearchResponse = resultsOf('ActionSearch', z.object({ name: z.string() }), {
  name: 'catalog.table:read',
});
export type ActionSearchResponse = z.infer<typeof ActionSearchResponse>;

const url = z.url();

export const AuthZenConfiguration = z
  .strictObject({
    policy_decision_point: url,
    access_evaluation_endpoint: url,
    access_evaluations_endpoint: url,
    search_subject_endpoint: url,
    search_resource_endpoint: url,
    search_action_endpoint: url,
  })
  .meta({
    id: 'AuthZenConfiguration',
    examples: [
      {
        policy_decision_point: 'https://id.example.com',
        access_evaluation_endpoint: 'https://id.example.com/access/v1/evaluation',
        access_evaluations_endpoint: 'https://id.example.com/access/v1/evaluations',
        search_subject_endpoint: 'https://id.example.com/access/v1/search/subject',
        search_resource_endpoint: 'https://id.example.com/access/v1/search/resource',
        search_action_endpoint: 'https://id.example.com/access/v1/search/action',
      },
    ],
  });
export type AuthZenConfiguration = z.infer<typeof AuthZenConfiguration>;

export function toEvaluation({ allowed, challenge }: Decision): EvaluationResponse {
  if (challenge === undefined) return { decision: allowed };
  const { acrValues, maxAge } = challenge;
  return { decision: allowed, context: { challenge: { acr_values: acrValues, max_age: maxAge } } };
}
