import { z } from 'zod';

export const LiveResponse = z
  .strictObject({ status: z.literal('live') })
  .meta({ id: 'Live', examples: [{ status: 'live' }] });
export type LiveResponse = z.infer<typeof LiveResponse>;

export const ReadyResponse = z
  .strictObject({ status: z.literal('ready') })
  .meta({ id: 'Ready', examples: [{ status: 'ready' }] });
export type ReadyResponse = z.infer<typeof ReadyResponse>;
