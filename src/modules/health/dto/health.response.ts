import { z } from 'zod';
import { timestampField } from '../../../common/validation';

export const LiveResponse = z
  .strictObject({ status: z.literal('live') })
  .meta({ id: 'Live', examples: [{ status: 'live' }] });
export type LiveResponse = z.infer<typeof LiveResponse>;

/** What readiness depends on. A refusal carries the same member, as an extension of the problem. */
export const ReadinessChecks = z
  .strictObject({
    process: z.enum(['starting', 'serving', 'draining']),
    postgresql: z.enum(['up', 'down']),
    changeFeed: z.enum(['fresh', 'stale']),
  })
  .meta({ id: 'ReadinessChecks', examples: [{ process: 'serving', postgresql: 'up', changeFeed: 'fresh' }] });
export type ReadinessChecks = z.infer<typeof ReadinessChecks>;

export const ReadyResponse = z.strictObject({ status: z.literal('ready'), checks: ReadinessChecks }).meta({
  id: 'Ready',
  examples: [{ status: 'ready', checks: { process: 'serving', postgresql: 'up', changeFeed: 'fresh' } }],
});
export type ReadyResponse = z.infer<typeof ReadyResponse>;

export const DependenciesResponse = z
  .strictObject({
    dependencies: z.array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['up', 'down', 'not_configured']),
        breaker: z.enum(['closed', 'open']).nullable(),
        since: timestampField.describe('When the state last changed, as far as this process has seen.'),
        failureMode: z.string().describe('What the service does while it is down.'),
      }),
    ),
    certificates: z
      .array(
        z.strictObject({
          provider: z.string().describe('The slug of the identity provider.'),
          certificate: z.string(),
          daysLeft: z.number().int().describe('Negative where it has ended.'),
        }),
      )
      .describe('Those in the records of the enabled providers; which end soonest first.'),
  })
  .meta({
    id: 'Dependencies',
    examples: [
      {
        dependencies: [
          {
            name: 'postgresql',
            state: 'up',
            breaker: null,
            since: '2026-01-31T09:30:00.000Z',
            failureMode: 'Tokens are checked from memory for 5 seconds, then every answer is 503.',
          },
        ],
        certificates: [{ provider: 'corporate', certificate: 'provider certificate 1', daysLeft: 28 }],
      },
    ],
  });
export type DependenciesResponse = z.infer<typeof DependenciesResponse>;
