import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { DomainError } from '../common/errors';
import { ImportedUser, UsersService } from '../modules/users';

/** Below the size of the pool. */
const CONCURRENCY = 6;
const TAKEN: ReadonlySet<string> = new Set(['USER.USERNAME_TAKEN', 'USER.EMAIL_TAKEN']);

/**
 * Takes accounts over from another system: one JSON object a line, with the digest of the password where there is one.
 * Reads the whole file before it writes anything. Who is there already is left as they are, so an interrupted import
 * is simply started again.
 *
 * @throws Error that names the first line that is no account, and quotes nothing of it.
 */
export async function importUsers(app: INestApplicationContext, file: string): Promise<string> {
  for await (const line of linesOf(file)) parse(line);
  const users = app.get(UsersService);
  const waiting = linesOf(file);
  let [imported, skipped] = [0, 0];
  const work = async (): Promise<void> => {
    for await (const line of waiting) {
      if (await wasImported(users, parse(line))) imported++;
      else skipped++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return `${imported} users imported; ${skipped} left out, because their username or email address is taken`;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

async function* linesOf(file: string): AsyncGenerator<Line, undefined, undefined> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++;
    if (text.trim() !== '') yield { number, text };
  }
}

function parse({ number, text }: Line): ImportedUser {
  const { success, data, error } = ImportedUser.safeParse(jsonOf(text));
  if (success) return data;
  const [issue] = error.issues;
  throw new Error(`Line ${number} is no account: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

/** What JSON.parse says of a mistake quotes the text, which may hold a digest. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function wasImported(users: UsersService, user: ImportedUser): Promise<boolean> {
  try {
    await users.importUser(user);
    return true;
  } catch (error) {
    if (error instanceof DomainError && TAKEN.has(error.code)) return false;
    throw error;
  }
}
