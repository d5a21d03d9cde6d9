import { ADMIN } from '../../test/support/service';
import type { Server } from './server-process';

export const PASSWORD = 'a long and quiet sentence';

const USERS = 128;
const IN_FLIGHT = 8;
const PERMISSION = 'bench.no-op:call';

export interface SignIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

/** The names of the users that every database of the benchmarks knows: always the same, all with one password. */
export const USERNAMES: readonly string[] = Array.from({ length: USERS }, (_, index) => `user-${index}`);

/** Creates the users over HTTP, and lets each call the route that does nothing. */
export async function createUsers({ origin }: Server): Promise<void> {
  const { accessToken } = await signIn(origin, ADMIN.username, ADMIN.password);
  const post = <T>(path: string, body: object): Promise<T> =>
    call<T>(origin, 'POST', path, body, accessToken);
  const role = await post<{ id: string }>('/v1/roles', { name: 'bench-caller', grants: [PERMISSION] });
  await inParallel(USERNAMES, async (username) => {
    const { id } = await post<{ id: string }>('/v1/users', {
      username,
      email: `${username}@bench.example`,
      displayName: username,
      password: PASSWORD,
    });
    await post('/v1/assignments', { principalType: 'user', principalId: id, roleId: role.id });
  });
}

/** Signs in every user, or the first `count`. */
export function signInUsers({ origin }: Server, count = USERS): Promise<SignIn[]> {
  return inParallel(USERNAMES.slice(0, count), (username) => signIn(origin, username, PASSWORD));
}

export function signIn(origin: string, username: string, password: string): Promise<SignIn> {
  return call<SignIn>(origin, 'POST', '/v1/auth/login', { username, password });
}

export async function call<T>(
  origin: string,
  method: string,
  path: string,
  body?: object,
  token?: string,
): Promise<T> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return results;
}
