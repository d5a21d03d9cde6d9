import type { Page } from '../../common/http';

/** The page that `rows` make, of which one more than `limit` was asked for to learn whether a next page exists. */
export function keysetPage<T>(rows: readonly T[], limit: number, cursorAfter: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorAfter(last) : null };
}
