import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../support/chromium';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { OIDC_PASSWORD, startOidcProvider, type ForeignOidcProvider } from '../support/oidc-provider';
import { ADMIN, freePort, startService, type ServiceProcess } from '../support/service';

/** An unknown key is looked for at once, but at most every ten seconds. */
const NEW_KEY_SEEN_WITHIN_MS = 15_000;

describe('sign-in through oidc-provider, in a browser', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let op: ForeignOidcProvider;
  /** Knows us by our key, which it reads at our address. */
  let keyed: ForeignOidcProvider;
  let browser: Browser;
  let application: Server;
  let returnTo: string;
  let token: string;

  const register = async (
    slug: string,
    domains: readonly string[] = [],
    more: object = { clientSecret: op.clientSecret },
    { issuer, clientId } = op,
  ): Promise<void> => {
    const config = { issuer, clientId, jitProvisioning: true, ...more };
    const record = { kind: 'oidc', slug, name: slug, domains, config };
    const { status } = await service.api.post('/v1/identity-providers', record, { token });
    expect(status).toBe(201);
  };

  beforeAll(async () => {
    application = createServer((_request, response) => response.end('Welcome')).listen(0, '127.0.0.1');
    await once(application, 'listening');
    returnTo = `http://127.0.0.1:${(application.address() as AddressInfo).port}/signed-in`;
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    database = await createTestDatabase();
    [service, op, keyed, browser] = await Promise.all([
      startService(database.url, {
        PORT: String(port),
        PUBLIC_URL: publicUrl,
        SSO_RETURN_URLS: returnTo,
        OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8',
      }),
      startOidcProvider(`${publicUrl}/v1/auth/oidc/corporate/callback`),
      startOidcProvider(`${publicUrl}/v1/auth/oidc/keyed/callback`, `${publicUrl}/v1/auth/oidc/keyed/jwks`),
      startChromium(),
    ]);
    token = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
    await register('corporate', ['corp.example']);
  });

  afterAll(async () => {
    await browser.close();
    await Promise.all([op.stop(), keyed.stop()]);
    await service.stop();
    application.close();
    await database.drop();
  });

  const startUrl = (slug: string, codeVerifier: string): string => {
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const query = new URLSearchParams({ returnTo, codeChallenge });
    return `${service.api.baseUrl}/v1/auth/oidc/${slug}/login?${query}`;
  };

  /** Fills in the provider's page; answers what the application is told. */
  async function passThroughProvider(page: Page, username: string): Promise<URLSearchParams> {
    await page.fill('input[name=username]', username);
    await page.fill('input[name=password]', OIDC_PASSWORD);
    await Promise.all([
      page.waitForURL((url) => url.href.startsWith(returnTo)),
      page.press('input[name=password]', 'Enter'),
    ]);
    return new URL(page.url()).searchParams;
  }

  /** A person's way in, to the end; answers who they are here, or the error that the application is told. */
  async function signIn(
    username: string,
    slug = 'corporate',
  ): Promise<{ error: string | null; me: Record<string, unknown> }> {
    const codeVerifier = randomBytes(32).toString('base64url');
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(startUrl(slug, codeVerifier));
      expect(page.url()).toContain((slug === 'keyed' ? keyed : op).issuer);
      const searchParams = await passThroughProvider(page, username);
      const code = searchParams.get('code');
      if (code === null) return { error: searchParams.get('error'), me: {} };
      const { body } = await service.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
      const me = await service.api.get('/v1/auth/me', { token: body.accessToken as string });
      return { error: null, me: me.body };
    } finally {
      await context.close();
    }
  }

  it('ends at the application with a code, and the code in a session of an account that was made for it', async () => {
    const { error, me } = await signIn('grace');
    expect({ error, username: me.username, acr: me.acr }).toEqual({
      error: null,
      username: 'grace',
      acr: 'aal1',
    });
    const { body } = await service.api.get(`/v1/users/${me.subject as string}`, { token });
    expect(body).toMatchObject({
      email: 'grace@corp.example',
      emailVerified: true,
      displayName: 'Grace Hopper',
    });
  });

  it('leads the same person to the same account, and another one to another', async () => {
    const [again, other] = [await signIn('grace'), await signIn('joan')];
    const { body } = await service.api.get('/v1/users?limit=50', { token });
    const made = (body.items as { id: string; username: string }[])
      .filter(({ username }) => username !== ADMIN.username)
      .map(({ id, username }) => [username, id]);
    expect(new Map(made as [string, string][])).toEqual(
      new Map([
        ['grace', again.me.subject],
        ['joan', other.me.subject],
      ]),
    );
  });

  it('proves who we are by a key that the provider reads at our address, and by no secret (private_key_jwt)', async () => {
    await register('keyed', [], { clientAuthentication: 'private_key_jwt' }, keyed);
    const { error, me } = await signIn('mary', 'keyed');
    expect({ error, username: me.username }).toEqual({ error: null, username: 'mary' });
  });

  it('is linked to an account that is there already, by a page of our origin', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${service.api.baseUrl}/docs`);
    const url = await page.evaluate(
      async ([bearer, body]) => {
        const answer = await fetch('/v1/users/me/identities/corporate/start', {
          method: 'POST',
          headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
          body: body ?? '',
        });
        return ((await answer.json()) as { url: string }).url;
      },
      [token, JSON.stringify({ returnTo })],
    );
    await page.goto(url);
    expect([...(await passThroughProvider(page, 'root'))]).toEqual([['linked', 'true']]);
    await context.close();
    expect((await signIn('root')).me.username).toBe(ADMIN.username);
  });

  it('asks somebody anew whom the provider knows, where the client wants that', async () => {
    const codeVerifier = randomBytes(32).toString('base64url');
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(startUrl('corporate', codeVerifier));
    await passThroughProvider(page, 'grace');
    await page.goto(`${startUrl('corporate', codeVerifier)}&maxAge=3600`);
    expect(page.url()).toContain(returnTo);
    const askedAt = Math.floor(Date.now() / 1_000);
    await page.goto(`${startUrl('corporate', codeVerifier)}&prompt=login`);
    expect(page.url()).toContain(op.issuer);
    const code = (await passThroughProvider(page, 'grace')).get('code');
    await context.close();
    const { body } = await service.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
    const me = await service.api.get('/v1/auth/me', { token: body.accessToken as string });
    expect(me.body.authTime).toBeGreaterThanOrEqual(askedAt);
  });

  it('signs out there too, and comes back to the application', async () => {
    const codeVerifier = randomBytes(32).toString('base64url');
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(startUrl('corporate', codeVerifier));
    const code = (await passThroughProvider(page, 'grace')).get('code');
    const { body } = await service.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
    // The provider knows the browser: it asks for nothing.
    await page.goto(startUrl('corporate', codeVerifier));
    expect(page.url()).toContain(returnTo);
    const { refreshToken } = body as { refreshToken: string };
    const answer = await service.api.post('/v1/auth/sso/logout', { refreshToken, returnTo });
    await page.goto(answer.body.logoutUrl as string);
    expect(page.url()).toContain(op.issuer);
    await Promise.all([page.waitForURL(`${returnTo}?loggedOut=true`), page.click('button[name=logout]')]);
    await page.goto(startUrl('corporate', codeVerifier));
    expect(page.url()).toContain(op.issuer);
    await context.close();
  });

  it('goes on when the provider signs with a key that nobody has seen', async () => {
    await op.rotate();
    const deadline = Date.now() + NEW_KEY_SEEN_WITHIN_MS;
    let outcome = await signIn('grace');
    while (outcome.error !== null && Date.now() < deadline) {
      await sleep(500);
      outcome = await signIn('grace');
    }
    expect(outcome).toMatchObject({ error: null, me: { username: 'grace' } });
  });

  it.each<[string, string, () => void | Promise<void>]>([
    ['answers nothing', 'frozen', () => op.freeze()],
    ['is gone', 'gone', () => op.stop()],
  ])('says 503 within five seconds where the provider %s', async (_title, slug, bringDown) => {
    await bringDown();
    await register(slug);
    const begun = Date.now();
    const answer = await fetch(startUrl(slug, 'x'.repeat(43)), { redirect: 'manual' });
    expect([answer.status, (await answer.json()) as { code: string }]).toEqual([
      503,
      expect.objectContaining({ code: 'PROVIDER.UNAVAILABLE' }),
    ]);
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});
