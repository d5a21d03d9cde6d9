import { z, type ZodType } from 'zod';

/** What every list takes. `cursor` is opaque and comes from the page before. */
export const pageQueryFields = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1_024).optional(),
};

export interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** The schema of a page of `item`, named for OpenAPI. */
export function pageOf<T extends ZodType>(
  id: string,
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z
    .strictObject({ items: z.array(item), nextCursor: z.string().nullable() })
    .meta({ id, examples: [{ items: item.meta()?.examples ?? [], nextCursor: null }] });
}
