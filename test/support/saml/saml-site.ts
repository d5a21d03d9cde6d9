import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../chromium';
import { createTestDatabase, type TestDatabase } from '../database';
import { ADMIN, freePort, startService, type ServiceProcess } from '../service';
import { makeKeyPair, type TestKeyPair } from './certificates';

const ENDED_WITHIN_MS = 10_000;

/** What a person does at the provider until its answer is on the way; nothing where it asks nobody. */
type Prove = (page: Page) => Promise<void>;

/** All of a sign-in but the foreign provider: the service, an application to come back to, and a browser. */
export class SamlSite {
  /** Ours, to sign requests and to decrypt assertions with. */
  readonly keys: TestKeyPair = makeKeyPair();
  private provider: { id: string; version: number } | null = null;

  private constructor(
    readonly slug: string,
    /** Registered with and without a query of its own. */
    readonly returnTo: string,
    readonly service: ServiceProcess,
    private readonly prove: Prove,
    private readonly adminToken: string,
    private readonly application: Server,
    private readonly database: TestDatabase,
    private readonly browser: Browser,
  ) {}

  static async start(slug: string, prove: Prove): Promise<SamlSite> {
    const application = createServer((_request, response) => response.end('Welcome')).listen(0, '127.0.0.1');
    await once(application, 'listening');
    const returnTo = `http://127.0.0.1:${(application.address() as AddressInfo).port}/signed-in`;
    const port = await freePort();
    const database = await createTestDatabase();
    const [service, browser] = await Promise.all([
      startService(database.url, {
        PORT: String(port),
        PUBLIC_URL: `http://127.0.0.1:${port}`,
        SSO_RETURN_URLS: `${returnTo},${returnTo}?from=portal`,
      }),
      startChromium(),
    ]);
    const { accessToken } = await service.api.signIn(ADMIN.username, ADMIN.password);
    return new SamlSite(slug, returnTo, service, prove, accessToken, application, database, browser);
  }

  get entityId(): string {
    return `${this.route}/metadata`;
  }

  get acsUrl(): string {
    return `${this.route}/acs`;
  }

  /** Adds the provider as its own metadata describe it. */
  async addProvider(metadata: string, config: object): Promise<void> {
    const token = this.adminToken;
    const read = await this.service.api.post(
      '/v1/identity-providers/saml-metadata',
      { xml: metadata },
      { token },
    );
    const { slug, keys } = this;
    const { status, body } = await this.service.api.post(
      '/v1/identity-providers',
      {
        kind: 'saml',
        slug,
        name: slug,
        config: { ...read.body, jitProvisioning: true, signing: keys, decryption: keys, ...config },
      },
      { token },
    );
    if (status !== 201) throw new Error(`The provider was answered ${status} ${JSON.stringify(body)}`);
    this.provider = body as { id: string; version: number };
  }

  async configure(config: object): Promise<void> {
    const { status, body } = await this.service.api.patch(
      `/v1/identity-providers/${this.provider?.id}`,
      { config },
      { token: this.adminToken, ifMatch: this.provider?.version ?? 0 },
    );
    if (status !== 200) throw new Error(`The change was answered ${status} ${JSON.stringify(body)}`);
    this.provider = body as { id: string; version: number };
  }

  async metadata(): Promise<string> {
    return (await fetch(this.entityId)).text();
  }

  /** A person's way in; answers the name that the account has, or the error that the application is told. */
  signIn(): Promise<string> {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const query = new URLSearchParams({ returnTo: this.returnTo, codeChallenge });
    return this.walk(`${this.route}/login?${query}`, codeVerifier);
  }

  /** As {@link signIn}, from `start` to `end`. */
  async walk(start: string, codeVerifier: string | null, end = this.returnTo): Promise<string> {
    const context = await this.browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(start);
      const ended = page.waitForURL((url) => url.href.startsWith(end), { timeout: ENDED_WITHIN_MS });
      await Promise.all([ended, this.prove(page)]).catch(async (cause: unknown) => {
        throw new Error(`It ended at ${page.url()}: ${await page.innerText('body')}`, { cause });
      });
      const { searchParams } = new URL(page.url());
      const code = searchParams.get('code');
      if (code === null) return `error ${searchParams.get('error')}`;
      const { body } = await this.service.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
      const me = await this.service.api.get('/v1/auth/me', { token: body.accessToken as string });
      return me.body.username as string;
    } finally {
      await context.close();
    }
  }

  /** Why the last answer of the provider was refused, as the trail has it. */
  async lastRefusal(): Promise<string | undefined> {
    const path = `/v1/audit/events?action=sso.refused&target=${this.provider?.id}&limit=1`;
    const { body } = await this.service.api.get(path, { token: this.adminToken });
    return (body.items as { reason?: string }[])[0]?.reason;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.service.stop();
    this.application.close();
    await this.database.drop();
  }

  private get route(): string {
    return `${this.service.api.baseUrl}/v1/auth/saml/${this.slug}`;
  }
}
