import type { RequestSpec } from '../load/plan';
import { call, PASSWORD } from './accounts';
import type { Bench } from './bench';
import type { Server } from './server-process';

/** Requests of `count` callers that a peer knows, each with a token or session of its own. */
export async function callersOf(peer: Server, path: string, count: number): Promise<RequestSpec[]> {
  const callers = await call<Record<string, string>[]>(peer.origin, 'GET', `/callers?count=${count}`);
  return callers.map((headers) => ({ method: 'GET', path, headers }));
}

/** better-auth on the same PostgreSQL, once for each place where it can look a session up. */
export async function betterAuthPeers<T>(
  bench: Bench,
  prepare: (server: Server) => Promise<T>,
): Promise<Record<string, T>> {
  const places = ['database', 'cookie cache', ...(bench.redis === null ? [] : ['redis'])];
  const prepared: Record<string, T> = {};
  for (const sessions of places) {
    const server = await bench.peer('better-auth', {
      DB_URL: await bench.emptyDatabase(),
      SESSIONS: sessions,
      PASSWORD,
      ...(bench.redis !== null && { REDIS_URL: bench.redis.url }),
    });
    prepared[`better-auth, sessions by ${sessions}`] = await prepare(server);
  }
  return prepared;
}
