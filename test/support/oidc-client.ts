import { createHash, randomBytes } from 'node:crypto';
import type { ApiAnswer } from './openapi-contract';
import type { OpenIdProvider } from './openid-provider';
import type { ServiceProcess } from './service';
import { startTwoServices, type TwoServices } from './two-services';

export const RETURN_TO = 'https://app.example.com/signed-in';
export const PUBLIC_URL = 'https://identity.example.com';

export function startServicesForOidc(more: Record<string, string> = {}): Promise<TwoServices> {
  return startTwoServices({
    PUBLIC_URL,
    SSO_RETURN_URLS: RETURN_TO,
    OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8',
    RATE_LIMIT_SSO_START: '100000',
    ...more,
  });
}

export interface StartedFlow {
  readonly cookie: string;
  /** What the provider is asked. */
  readonly url: URL;
  readonly codeVerifier: string;
}

/** A client with its browser: begins at one process, comes back to the other. */
export class OidcClient {
  constructor(
    private readonly services: TwoServices,
    private readonly slug: string,
  ) {}

  /** Adds the provider; answers its id. */
  async register({ issuer, clientId, clientSecret }: OpenIdProvider, more: object = {}): Promise<string> {
    const config = { issuer, clientId, clientSecret, jitProvisioning: true, ...more };
    const record = { kind: 'oidc', slug: this.slug, name: this.slug, config };
    const { status, body } = await this.services.first.api.post('/v1/identity-providers', record, {
      token: this.services.adminToken,
    });
    if (status !== 201) throw new Error(`The provider was answered ${status} ${JSON.stringify(body)}`);
    return body.id as string;
  }

  async start(more: Record<string, string> = {}): Promise<StartedFlow> {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const query = new URLSearchParams({ returnTo: RETURN_TO, codeChallenge, ...more });
    const path = `/v1/auth/oidc/${this.slug}/login?${query.toString()}`;
    const answer = await this.visit(this.services.first, path);
    if (answer.status !== 303)
      throw new Error(`The start was answered ${answer.status} ${await answer.text()}`);
    const [cookie = ''] = answer.headers.getSetCookie();
    const url = new URL(answer.headers.get('location') ?? '');
    return { cookie: cookie.split(';')[0] ?? '', url, codeVerifier };
  }

  /** Where the browser is sent with the provider's answer. */
  async bring({ pathname, search }: URL, cookie: string): Promise<string> {
    const answer = await this.visit(this.services.second, `${pathname}${search}`, cookie);
    return answer.headers.get('location') ?? '';
  }

  exchange(location: string, codeVerifier: string): Promise<ApiAnswer> {
    const code = new URL(location).searchParams.get('code') ?? '';
    return this.services.first.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
  }

  async signIn(provider: OpenIdProvider, more: Record<string, string> = {}): Promise<ApiAnswer> {
    const { url, cookie, codeVerifier } = await this.start(more);
    return this.exchange(await this.bring(provider.authorize(url.href), cookie), codeVerifier);
  }

  visit(service: ServiceProcess, path: string, cookie = ''): Promise<Response> {
    return fetch(`${service.api.baseUrl}${path}`, { redirect: 'manual', headers: { cookie } });
  }
}
