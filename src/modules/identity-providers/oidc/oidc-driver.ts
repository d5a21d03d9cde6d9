import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  clockTolerance,
  Configuration,
  customFetch,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { DomainError } from '../../../common/errors';
import type { OutboundHttp } from '../../../infrastructure/http-client';
import { Breaker } from '../../../infrastructure/resilience';
import type { ExternalProfile } from '../external-profile';
import type { DiagnosisStep, ProviderDriver } from '../provider-driver';
import { clientAuthentication } from './client-authentication';
import { requireFreshness, type RequiredFreshness } from './auth-time-rules';
import { MAX_SKEW_SECONDS, requireRules } from './id-token-rules';
import { OidcConversation } from './oidc-conversation';
import { discoveryUrl, readMetadata, type OidcMetadata } from './oidc-metadata';
import { profileOf } from './oidc-profile';
import type { OidcProvider } from './oidc-provider';
import { OidcRefusal, refusalOf } from './oidc-refusal';
import type { OidcSignOut } from './oidc-sign-out';
import { OidcKeys } from './oidc-keys';
import { RemoteDocument } from './remote-document';

const LIMIT_MS = 4_000;

/** What the client asks of the provider. */
export interface OidcWishes {
  readonly loginHint?: string;
  /** Seconds since somebody proved who they are, at most. */
  readonly maxAge?: number;
  /** Whoever is signed in there proves it anew. */
  readonly prompt?: 'login';
}

/** What must be remembered between the two halves of a sign-in. */
export interface OidcRequestState extends RequiredFreshness {
  /** Whom the browser was sent to. */
  readonly issuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Whom a provider vouches for, and what signs them out there again; null where it has no way to. */
export interface OidcAnswer {
  readonly profile: ExternalProfile;
  readonly signOut: OidcSignOut | null;
}

/**
 * A relying party of one OpenID provider (OpenID Connect Core 1.0, RFC 9700): code flow with PKCE, the signature of
 * each ID token verified whatever carried it.
 */
export class OidcDriver implements ProviderDriver {
  readonly dependency: Breaker;
  private readonly metadata: RemoteDocument<OidcMetadata>;
  private readonly keys: OidcKeys;

  constructor(
    private readonly provider: OidcProvider,
    private readonly http: OutboundHttp,
  ) {
    this.dependency = new Breaker({
      name: `identity-provider:${provider.slug}`,
      failureMode: 'Nobody signs in through this provider; live sessions and other ways in go on.',
      refusal: 'PROVIDER.UNAVAILABLE',
      timeoutMs: LIMIT_MS + 250,
      capacity: 50,
      isFailure: (error) => error instanceof DomainError,
    });
    this.metadata = new RemoteDocument({
      load: async () => {
        const document = await this.conversation().json(discoveryUrl(provider.config.issuer));
        return readMetadata(provider.config.issuer, document);
      },
      freshMs: 3_600_000,
      staleMs: 86_400_000,
      retryMs: 10_000,
    });
    this.keys = new OidcKeys(async () => {
      const { jwks_uri: address } = await this.metadata.get();
      return this.conversation().json(address);
    });
  }

  /**
   * Where to send the browser. The state, the nonce and the verifier are new each time.
   *
   * @throws DomainError `PROVIDER.UNAVAILABLE`
   * @throws OidcRefusal when what the provider publishes of itself is not to be believed
   */
  async begin(
    redirectUri: string,
    { loginHint, maxAge, prompt }: OidcWishes = {},
  ): Promise<{ url: string; request: OidcRequestState }> {
    const metadata = await this.guarded(() => this.metadata.get());
    const request = {
      issuer: metadata.issuer,
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
      ...(maxAge !== undefined && { maxAge }),
      ...(prompt !== undefined && { since: Math.floor(Date.now() / 1_000) }),
    };
    const { acrValues, scopes } = this.provider.config;
    // §3.1.2.1: only who asks for an age is promised the time. To be asked anew is an age of nothing.
    const age = prompt === undefined ? maxAge : 0;
    const url = buildAuthorizationUrl(await this.configuration(metadata, this.conversation()), {
      redirect_uri: redirectUri,
      scope: scopes.join(' '),
      state: request.state,
      nonce: request.nonce,
      code_challenge: await calculatePKCECodeChallenge(request.codeVerifier),
      code_challenge_method: 'S256',
      ...(loginHint !== undefined && { login_hint: loginHint }),
      ...(age !== undefined && { max_age: String(age) }),
      ...(prompt !== undefined && { prompt }),
      ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
    });
    return { url: url.href, request };
  }

  /**
   * Whom the provider vouches for, from the address that it sent the browser to.
   *
   * @throws DomainError `PROVIDER.UNAVAILABLE`, within five seconds
   * @throws OidcRefusal
   */
  complete(callback: URL, request: OidcRequestState): Promise<OidcAnswer> {
    return this.guarded(async () => {
      const metadata = await this.metadata.get();
      // A record that was pointed elsewhere meanwhile: the answer is not for them to see.
      if (request.issuer !== metadata.issuer) throw new OidcRefusal('issuer_changed');
      this.requireIssuer(callback, metadata);
      return this.exchange(callback, request, metadata);
    });
  }

  async test(): Promise<readonly DiagnosisStep[]> {
    const discovery = await this.tried('discovery', async () => {
      const { authorization_endpoint: address } = await this.metadata.get();
      return `People sign in at ${address}`;
    });
    if (!discovery.ok) return [discovery];
    const { token_endpoint_auth_methods_supported: offered } = await this.metadata.get();
    const { clientAuthentication: method } = this.provider.config;
    const client = {
      step: 'client authentication',
      ok: method === undefined || offered.includes(method),
      message: `It takes ${offered.join(', ')}`,
    };
    const keys = await this.tried('keys', async () => {
      const { keys } = await this.keys.with(undefined);
      return `${keys.length} published`;
    });
    return [discovery, client, keys];
  }

  dispose(): void {
    this.dependency.dispose();
  }

  private async exchange(
    callback: URL,
    request: OidcRequestState,
    metadata: OidcMetadata,
  ): Promise<OidcAnswer> {
    const conversation = this.conversation(metadata);
    const configuration = await this.configuration(metadata, conversation);
    const checks = {
      expectedState: request.state,
      expectedNonce: request.nonce,
      pkceCodeVerifier: request.codeVerifier,
      idTokenExpected: true,
    };
    const tokens = await authorizationCodeGrant(configuration, callback, checks);
    const claims = tokens.claims();
    const header = conversation.idTokenHeader;
    const { id_token: idToken } = tokens;
    if (claims === undefined || idToken === undefined || header === null)
      throw new OidcRefusal('id_token_missing');
    const { clientId, acrValues } = this.provider.config;
    const nowSeconds = Date.now() / 1_000;
    requireRules(claims, header, { clientId, acrValues, accessToken: tokens.access_token, nowSeconds });
    requireFreshness(claims.auth_time, request, nowSeconds);
    const more =
      metadata.userinfo_endpoint === undefined
        ? {}
        : await fetchUserInfo(configuration, tokens.access_token, claims.sub);
    const profile = profileOf(this.provider, claims, more);
    const { end_session_endpoint: endpoint } = metadata;
    return { profile, signOut: endpoint === undefined ? null : { endpoint, clientId, idToken } };
  }

  private async tried(step: string, work: () => Promise<string>): Promise<DiagnosisStep> {
    try {
      return { step, ok: true, message: await this.guarded(work) };
    } catch (error) {
      const { message, cause } = refusalOf(error);
      return { step, ok: false, message: cause instanceof Error ? `${message}: ${cause.message}` : message };
    }
  }

  /** RFC 9207 §2.4: an answer of another provider than the one that was asked (mix-up). */
  private requireIssuer({ searchParams }: URL, metadata: OidcMetadata): void {
    const issuers = searchParams.getAll('iss');
    const isMissing =
      issuers.length === 0 && metadata.authorization_response_iss_parameter_supported === true;
    if (isMissing || issuers.some((issuer) => issuer !== metadata.issuer))
      throw new OidcRefusal('issuer_mismatch');
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.dependency.run(() =>
        work().catch((error: unknown) => {
          throw refusalOf(error);
        }),
      );
    } catch (error) {
      throw refusalOf(error);
    }
  }

  private conversation(metadata?: OidcMetadata): OidcConversation {
    return new OidcConversation(this.http, this.keys, AbortSignal.timeout(LIMIT_MS), metadata);
  }

  /** New for each sign-in: the library would keep keys by it, for a time that is not ours to choose. */
  private async configuration(
    metadata: OidcMetadata,
    conversation: OidcConversation,
  ): Promise<Configuration> {
    const { config } = this.provider;
    const { clientId, issuer } = config;
    const client = { [clockTolerance]: MAX_SKEW_SECONDS };
    const authentication = await clientAuthentication(config, metadata);
    const configuration = new Configuration(metadata, clientId, client, authentication);
    configuration[customFetch] = conversation.fetch;
    enableNonRepudiationChecks(configuration);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- OutboundHttp decides who is called without TLS
    if (issuer.startsWith('http:')) allowInsecureRequests(configuration);
    return configuration;
  }
}
