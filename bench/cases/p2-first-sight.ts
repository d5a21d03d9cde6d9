import type { LoadResult } from '../load/plan';
import type { Case, Measurement } from '../measurement';
import { call } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { bearer, mintAccessTokens } from '../harness/tokens';
import { median } from '../statistics';

const CONNECTIONS = 16;
const TOKENS = { quick: 2_000, default: 8_000, full: 30_000 };
/** These warm the code up; a token is at its first sight only once. */
const WARM_TOKENS = 2_000;

export const firstSight: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  const issuer = await bench.service(database);
  const tokens = await mintAccessTokens(bench, issuer, WARM_TOKENS + TOKENS[bench.profile.name]);
  const publicJwk = JSON.stringify(await keyOf(issuer, tokens[0]!));

  const cpuMicroseconds = async (server: Server, path: string): Promise<number> => {
    const send = (some: readonly string[]): Promise<LoadResult> =>
      bench.load(server, {
        connections: CONNECTIONS,
        requests: some.map((token) => ({ method: 'GET', path, headers: bearer(token) })),
        warmMs: 0,
        measure: { requests: some.length },
      });
    await send(tokens.slice(0, WARM_TOKENS));
    const { cpuSeconds, requests } = await send(tokens.slice(WARM_TOKENS));
    await server.stop();
    return (1e6 * cpuSeconds[0]!) / requests;
  };
  // A process that has seen nothing yet, each time: for the floor too, so that both are equally warm.
  const { ours, floor } = await interleave(bench, {
    floor: async () =>
      cpuMicroseconds(await bench.floor('bare-route-verifying', { PUBLIC_JWK: publicJwk }), '/no-op'),
    ours: async () => cpuMicroseconds(await bench.application(database), '/bench/no-op'),
  });
  return {
    how: `server CPU time of a request, ${TOKENS[bench.profile.name]} tokens each sent once`,
    unit: 'CPU µs/request',
    better: 'less',
    ours: ours!,
    baseline: { name: 'bare route and one raw verification', values: floor! },
    peers: {},
    figures: { 'ours minus baseline, CPU µs': median(ours!) - median(floor!) },
  };
}

/** The public key that `token` was signed with. */
async function keyOf({ origin }: Server, token: string): Promise<object> {
  const { kid } = JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString()) as { kid: string };
  const { keys } = await call<{ keys: { kid: string }[] }>(origin, 'GET', '/.well-known/jwks.json');
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) throw new Error(`The key ${kid} is not published`);
  return key;
}
