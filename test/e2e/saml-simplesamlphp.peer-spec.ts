import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { makeKeyPair } from '../support/saml/certificates';
import { ADMIN, freePort, startService, type ServiceProcess } from '../support/service';
import {
  SIMPLESAML_USER,
  startSimpleSamlPhp,
  type SimpleSamlClient,
  type SimpleSamlPhp,
} from '../support/simplesamlphp';

describe('sign-in through SimpleSAMLphp, in a browser', () => {
  const ours = makeKeyPair();
  let database: TestDatabase;
  let service: ServiceProcess;
  let idp: SimpleSamlPhp;
  let browser: Browser;
  let application: Server;
  let returnTo: string;
  let client: SimpleSamlClient;
  let adminToken: string;
  let provider: { id: string; version: number };

  beforeAll(async () => {
    application = createServer((_request, response) => response.end('Welcome')).listen(0, '127.0.0.1');
    await once(application, 'listening');
    returnTo = `http://127.0.0.1:${(application.address() as AddressInfo).port}/signed-in`;
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    database = await createTestDatabase();
    [service, idp, browser] = await Promise.all([
      startService(database.url, {
        PORT: String(port),
        PUBLIC_URL: publicUrl,
        SSO_RETURN_URLS: `${returnTo},${returnTo}?from=portal`,
      }),
      startSimpleSamlPhp(),
      startChromium(),
    ]);
    const route = `${publicUrl}/v1/auth/saml/simplesamlphp`;
    client = {
      entityId: `${route}/metadata`,
      acsUrl: `${route}/acs`,
      requestCertificate: ours.certificatePem,
    };
    idp.setClients([client]);
    adminToken = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
    const token = adminToken;
    const metadata = await service.api.post(
      '/v1/identity-providers/saml-metadata',
      { xml: await idp.metadata() },
      { token },
    );
    const created = await service.api.post(
      '/v1/identity-providers',
      {
        kind: 'saml',
        slug: 'simplesamlphp',
        name: 'SimpleSAMLphp',
        config: {
          ...metadata.body,
          jitProvisioning: true,
          attributes: { username: 'uid', email: 'mail', displayName: 'displayName', groups: 'groups' },
          signing: ours,
          decryption: ours,
        },
      },
      { token },
    );
    if (created.status !== 201) throw new Error(`The provider was answered ${created.status}`);
    provider = created.body;
  });

  afterAll(async () => {
    await browser.close();
    await idp.stop();
    await service.stop();
    application.close();
    await database.drop();
  });

  /** A person's way in, from `start` to `end`; answers the name that the account has. */
  async function walk(start: string, codeVerifier: string | null, end = returnTo): Promise<string> {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(start);
      await page.fill('input[name=username]', SIMPLESAML_USER.username);
      await page.fill('input[name=password]', SIMPLESAML_USER.password);
      await Promise.all([
        page.waitForURL((url) => url.href.startsWith(end)),
        page.press('input[name=password]', 'Enter'),
      ]);
      const { searchParams } = new URL(page.url());
      const code = searchParams.get('code');
      if (code === null) return `error ${searchParams.get('error')}`;
      const { body } = await service.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
      const me = await service.api.get('/v1/auth/me', { token: body.accessToken as string });
      return me.body.username as string;
    } finally {
      await context.close();
    }
  }

  function signIn(): Promise<string> {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const query = new URLSearchParams({ returnTo, codeChallenge });
    return walk(`${service.api.baseUrl}/v1/auth/saml/simplesamlphp/login?${query}`, codeVerifier);
  }

  const configure = async (config: object): Promise<void> => {
    const { status, body } = await service.api.patch(
      `/v1/identity-providers/${provider.id}`,
      { config },
      { token: adminToken, ifMatch: provider.version },
    );
    expect(status).toBe(200);
    provider = body;
  };

  it.each<[string, Partial<SimpleSamlClient>, object]>([
    ['the assertion signed', { signAssertion: true, signResponse: false }, {}],
    [
      'the response signed',
      { signAssertion: false, signResponse: true },
      { wantAssertionsSigned: false, wantResponseSigned: true },
    ],
    ['both signed', {}, { wantAssertionsSigned: true, wantResponseSigned: true }],
    ['the assertion encrypted', { encryptFor: ours.certificatePem }, {}],
  ])('ends at the application with a code, and the code in a session: %s', async (_title, spoken, config) => {
    idp.setClients([{ ...client, ...spoken }]);
    await configure(config);
    await expect(signIn()).resolves.toBe(SIMPLESAML_USER.username);
  });

  it('posts its request where it is told to', async () => {
    idp.setClients([client]);
    await configure({ ssoBinding: 'post' });
    await expect(signIn()).resolves.toBe(SIMPLESAML_USER.username);
    await configure({ ssoBinding: 'redirect' });
  });

  it('begins at the provider where that is allowed, and leads to the address that its relay state names', async () => {
    idp.setClients([client]);
    await configure({ allowIdpInitiated: true });
    const end = `${returnTo}?from=portal`;
    const query = new URLSearchParams({ spentityid: client.entityId, RelayState: end });
    await expect(walk(`${idp.ssoUrl}?${query}`, null, end)).resolves.toBe(SIMPLESAML_USER.username);
    await configure({ allowIdpInitiated: false });
  });

  it('goes on through a rollover of the certificate that was prepared, and not through one that was not', async () => {
    const before = idp.keys.certificatePem;
    const next = idp.rollOver();
    await expect(signIn()).resolves.toBe('error AUTH.SSO_FAILED');
    await configure({ idpCertificates: [before, next.certificatePem] });
    await expect(signIn()).resolves.toBe(SIMPLESAML_USER.username);
  });
});
