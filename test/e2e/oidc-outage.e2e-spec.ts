import { setTimeout as sleep } from 'node:timers/promises';
import { OidcClient, RETURN_TO, startServicesForOidc, type StartedFlow } from '../support/oidc-client';
import { OpenIdProvider } from '../support/openid-provider';
import { ADMIN } from '../support/service';
import type { TwoServices } from '../support/two-services';

const PROMISED_MS = 5_000;
const DISCOVERY = '/.well-known/openid-configuration';

describe('an OpenID provider that takes connections and answers nothing', () => {
  let services: TwoServices;
  let op: OpenIdProvider;
  let client: OidcClient;

  const never = (): void => undefined;
  const start = async (slug: string): Promise<[number, string]> => {
    const query = new URLSearchParams({ returnTo: RETURN_TO, codeChallenge: 'x'.repeat(43) });
    const answer = await client.visit(services.first, `/v1/auth/oidc/${slug}/login?${query.toString()}`);
    return [answer.status, answer.status === 303 ? '' : ((await answer.json()) as { code: string }).code];
  };
  /** 50 at once, while somebody signs in with a password again and again: their answers, and what the others got. */
  const whileSigningIn = async <T>(attempt: () => Promise<T>): Promise<(T | boolean)[][]> => {
    let areAnswered = false;
    const timed = async (): Promise<(T | boolean)[]> => {
      const began = performance.now();
      const answer = await attempt();
      return [answer, performance.now() - began <= PROMISED_MS];
    };
    const all = Promise.all(Array.from({ length: 50 }, timed)).finally(() => (areAnswered = true));
    const local: number[] = [];
    do local.push((await services.first.api.login(ADMIN.username, ADMIN.password)).status);
    while (!areAnswered);
    expect(new Set(local)).toEqual(new Set([200]));
    expect(local.length).toBeGreaterThan(1);
    return all;
  };
  const conditionOf = async (slug: string): Promise<unknown> => {
    const { body } = await services.first.api.get('/health/dependencies');
    return (body as { dependencies: { name: string }[] }).dependencies.find(
      ({ name }) => name === `identity-provider:${slug}`,
    );
  };
  const eventually = async (check: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 4 * PROMISED_MS;
    while (!(await check())) {
      if (Date.now() > deadline) throw new Error('It did not happen in time');
      await sleep(50);
    }
  };

  beforeAll(async () => {
    op = await new OpenIdProvider().start();
    op.user = { ...op.user, preferred_username: 'ada' };
    services = await startServicesForOidc({ RATE_LIMIT_LOGIN_PER_NAME: '100000' });
    client = new OidcClient(services, 'corporate');
    await client.register(op);
  });

  afterAll(async () => {
    await services.stop();
    op.stop();
  });

  it('J: 50 sign-ins that begin there are 503 in time and hold up nobody else; it comes back without a restart', async () => {
    op.instead.set(DISCOVERY, never);
    const answers = await whileSigningIn(() => start('corporate'));
    expect(answers).toEqual(Array.from({ length: 50 }, () => [[503, 'PROVIDER.UNAVAILABLE'], true]));
    expect(await conditionOf('corporate')).toMatchObject({ state: 'down', breaker: 'open' });
    op.instead.clear();
    await eventually(async () => (await start('corporate'))[0] === 303);
    await eventually(async () => (await client.signIn(op)).status === 200);
    expect(await conditionOf('corporate')).toMatchObject({ state: 'up', breaker: 'closed' });
  });

  it('J: 50 sign-ins that come back from there are told so in time, and hold up nobody else', async () => {
    const flows: StartedFlow[] = [];
    for (let i = 0; i < 50; i++) flows.push(await client.start());
    op.instead.set('/token', never);
    const answers = await whileSigningIn(async () => {
      const { url, cookie } = flows.pop() ?? { url: new URL(RETURN_TO), cookie: '' };
      const { pathname, search } = op.authorize(url.href);
      const answer = await client.visit(services.first, `${pathname}${search}`, cookie);
      return answer.headers.get('location') ?? '';
    });
    expect(answers).toEqual(
      Array.from({ length: 50 }, () => [`${RETURN_TO}?error=PROVIDER.UNAVAILABLE`, true]),
    );
    op.instead.clear();
    await eventually(async () => (await start('corporate'))[0] === 303);
    expect((await client.signIn(op)).status).toBe(200);
  });
});
