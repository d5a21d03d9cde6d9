import { z } from 'zod';

/** The name of a provider in the path of a route. */
export const providerSlugField = z
  .string()
  .min(1)
  .max(63)
  .meta({ examples: ['corporate'] });
