import { signInUsers } from './accounts';
import type { Bench } from './bench';
import type { Server } from './server-process';
import type { RequestSpec } from '../load/plan';

const CONNECTIONS = 64;

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export function refreshRequest(refreshToken: string): RequestSpec {
  return { method: 'POST', path: '/v1/auth/refresh', body: { refreshToken } };
}

/** Distinct live access tokens of the users' sessions, by refreshing them again and again. */
export async function mintAccessTokens(bench: Bench, server: Server, count: number): Promise<string[]> {
  const sessions = await signInUsers(server);
  const { accessTokens } = await bench.load(server, {
    connections: CONNECTIONS,
    requests: sessions.map(({ refreshToken }) => refreshRequest(refreshToken)),
    rotates: true,
    warmMs: 0,
    measure: { requests: count },
  });
  return accessTokens;
}
