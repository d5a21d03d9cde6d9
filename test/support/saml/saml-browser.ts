import { createHash, randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { ApiClient } from '../api-client';
import type { TestRequest } from './test-idp';

export const RETURN_TO = 'https://app.corp.example/signed-in';
/** Registered as well, and not the first. */
export const OTHER_RETURN_TO = 'https://other.corp.example/home?tab=1';

/** A sign-in that a browser has begun: what it holds, and what the provider was asked. */
export interface BegunSignIn {
  readonly cookie: string;
  readonly relayState: string;
  readonly codeVerifier: string;
  readonly request: TestRequest;
}

/** What a browser does of a sign-in by SAML, without the pages of the provider. */
export class SamlBrowser {
  constructor(
    private readonly api: ApiClient,
    private readonly slug: string,
  ) {}

  login(returnTo = RETURN_TO, codeChallenge = challengeOf(newVerifier())): Promise<Response> {
    const query = new URLSearchParams({ returnTo, codeChallenge });
    return fetch(`${this.api.baseUrl}/v1/auth/saml/${this.slug}/login?${query}`, { redirect: 'manual' });
  }

  async begin(): Promise<BegunSignIn> {
    const codeVerifier = newVerifier();
    const answer = await this.login(RETURN_TO, challengeOf(codeVerifier));
    if (answer.status !== 303)
      throw new Error(`The start was answered ${answer.status} ${await answer.text()}`);
    const { searchParams } = new URL(answer.headers.get('location') ?? '');
    const xml = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    const said = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? '';
    return {
      cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
      relayState: searchParams.get('RelayState') ?? '',
      codeVerifier,
      request: {
        acsUrl: said(/AssertionConsumerServiceURL="([^"]*)"/),
        audience: said(/<saml:Issuer[^>]*>([^<]*)</),
        inResponseTo: said(/ ID="([^"]*)"/),
      },
    };
  }

  /** Posts a response as the provider's page makes the browser do. */
  post(samlResponse: string, { cookie, relayState }: Partial<BegunSignIn>): Promise<Response> {
    return fetch(`${this.api.baseUrl}/v1/auth/saml/${this.slug}/acs`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...(cookie !== undefined && { cookie }) },
      body: new URLSearchParams({
        SAMLResponse: samlResponse,
        ...(relayState !== undefined && { RelayState: relayState }),
      }),
    });
  }
}

/** What the client is told at the end: a code, or an error. */
export function outcomeOf(answer: Response): { readonly code: string | null; readonly error: string | null } {
  const url = new URL(answer.headers.get('location') ?? 'about:blank');
  return { code: url.searchParams.get('code'), error: url.searchParams.get('error') };
}

function newVerifier(): string {
  return randomBytes(32).toString('base64url');
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
