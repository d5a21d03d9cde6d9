import { setTimeout as sleep } from 'node:timers/promises';
import { OidcClient, RETURN_TO, startServicesForOidc } from '../support/oidc-client';
import { aKey, OpenIdProvider } from '../support/openid-provider';
import type { ServiceProcess } from '../support/service';
import type { TwoServices } from '../support/two-services';

/** An unknown key is looked for at most every ten seconds, and a breaker that opened lets somebody through after five. */
const NEW_KEY_SEEN_WITHIN_MS = 20_000;

describe('the keys of an OpenID provider, as two processes see them', () => {
  let services: TwoServices;
  let op: OpenIdProvider;
  let client: OidcClient;
  let providerId: string;

  const both = (): ServiceProcess[] => [services.first, services.second];
  /** What the client is told when the browser comes back to `service`: `code`, or the error. */
  const outcome = async (service: ServiceProcess): Promise<string | null> => {
    const { url, cookie } = await client.start();
    const { pathname, search } = op.authorize(url.href);
    const answer = await client.visit(service, `${pathname}${search}`, cookie);
    const { searchParams } = new URL(answer.headers.get('location') ?? RETURN_TO);
    return searchParams.has('code') ? 'code' : searchParams.get('error');
  };
  const reads = (): number => op.calls.filter((path) => path === '/jwks').length;

  beforeAll(async () => {
    op = await new OpenIdProvider().start();
    op.user = { ...op.user, preferred_username: 'ada' };
    services = await startServicesForOidc();
    client = new OidcClient(services, 'corporate');
    providerId = await client.register(op);
  });

  afterAll(async () => {
    await services.stop();
    op.stop();
  });

  it('J: JWKS down: known ones go on, unknown ones are looked for once by each process and are an outage', async () => {
    // Enough that go well: a few that do not are no reason to leave the provider alone.
    for (const service of both()) for (let i = 0; i < 6; i++) expect(await outcome(service)).toBe('code');
    const [known, before] = [op.key, reads()];
    expect(before).toBe(2);
    op.instead.set('/jwks', (response) => response.writeHead(500).end());
    for (const service of both()) {
      expect(await outcome(service)).toBe('code');
      op.key = aKey('RS256', 'nobody knows it');
      expect(await outcome(service)).toBe('PROVIDER.UNAVAILABLE');
      expect(await outcome(service)).toBe('PROVIDER.UNAVAILABLE');
      op.key = known;
      expect(await outcome(service)).toBe('code');
    }
    expect(reads() - before).toBe(2);
  });

  it('J: JWKS down: no signature is never good enough', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const honest = op.idToken;
    for (const header of [{ alg: 'none' }, { alg: 'none', kid: op.key.kid }]) {
      op.idToken = (claims) => `${part(header)}.${part(claims)}.`;
      for (const service of both()) expect(await outcome(service)).toBe('AUTH.SSO_FAILED');
      expect((await services.trail('sso.refused', providerId))[0]).toBe('id_token_alg');
    }
    op.idToken = (claims) => `${honest(claims).split('.').slice(0, 2).join('.')}.`;
    for (const service of both()) expect(await outcome(service)).toBe('AUTH.SSO_FAILED');
    op.idToken = honest;
  });

  it('J: JWKS: a new one is known to both once it is published', async () => {
    op.instead.clear();
    op.key = aKey('RS256', 'two');
    op.published = [op.key];
    for (const service of both()) {
      const deadline = Date.now() + NEW_KEY_SEEN_WITHIN_MS;
      // While the breaker is open nobody even begins.
      const attempt = (): Promise<string | null> => outcome(service).catch(() => null);
      let last = await attempt();
      while (last !== 'code' && Date.now() < deadline) {
        await sleep(500);
        last = await attempt();
      }
      expect(last).toBe('code');
    }
  });
});
