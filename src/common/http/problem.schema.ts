import { z } from 'zod';
import { ERROR_CATALOGUE, type ErrorCode } from '../errors';

const codes = Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]];

/**
 * RFC 9457, with a stable code and the id under which the request is found in logs and in the audit trail. `type`
 * is `urn:portcullis:error:` and the code. Further members may come (§3.2).
 */
export const ProblemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(codes),
    detail: z.string().optional(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof ProblemSchema>;
