const MAX_LENGTH = 200;

/** As much as is kept of what a provider calls somebody, for people to read: PostgreSQL takes no NUL, and nobody a megabyte. */
export function legible(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .slice(0, MAX_LENGTH)
    .toWellFormed()
    .trim();
}
