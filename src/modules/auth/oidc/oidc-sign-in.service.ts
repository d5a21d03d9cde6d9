import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { appConfig } from '../../../config/app.config';
import { DomainError } from '../../../common/errors';
import { OidcProviders, OidcRefusal, type OidcRequestState, type OidcWishes } from '../../identity-providers';
import type { OidcCallbackQuery } from '../dto/oidc.schemas';
import { NO_FLOW_COOKIE } from '../sso/flow-cookie';
import { ReturnUrls } from '../sso/return-urls';
import type { BrowserTarget } from '../sso/send-browser';
import { SsoConclusionService } from '../sso/sso-conclusion.service';
import type { FlowPurpose, ProtocolState } from '../sso/sso-flow';
import { SsoFlowsService, type SsoRefusal } from '../sso/sso-flows.service';

/** A flow through an OpenID provider: one end of it where the browser leaves, one where it comes back. */
@Injectable()
export class OidcSignInService {
  private readonly baseUrl: string;

  constructor(
    @Inject(appConfig.KEY) { baseUrl }: ConfigType<typeof appConfig>,
    private readonly providers: OidcProviders,
    private readonly flows: SsoFlowsService,
    private readonly conclusion: SsoConclusionService,
    private readonly returnUrls: ReturnUrls,
  ) {
    // From configuration and never from the request: a Host header must not choose where codes go.
    this.baseUrl = baseUrl;
  }

  /** @throws DomainError `PROVIDER.NOT_FOUND`, `PROVIDER.UNAVAILABLE`, `AUTH.RETURN_URL_NOT_REGISTERED`, `AUTH.SSO_FAILED` */
  async begin(slug: string, purpose: FlowPurpose, wishes: OidcWishes = {}): Promise<BrowserTarget> {
    // Before anybody is asked: what is wrong with a request does not depend on whether its provider is up.
    this.returnUrls.require(purpose.returnTo);
    const { providerId, driver } = await this.providers.bySlug(slug);
    try {
      const { url, request } = await driver.begin(this.callbackUrl(slug), wishes);
      const { state } = request;
      const cookie = await this.flows.begin({
        ...purpose,
        providerId,
        state,
        protocolState: remembered(request),
      });
      return { url, cookie };
    } catch (error) {
      return this.refuse(error, { providerId, flow: null });
    }
  }

  /**
   * Takes the provider's answer. Whatever is wrong with it, the browser goes back to the client, as long as it is the
   * browser of a flow.
   *
   * @throws DomainError `PROVIDER.NOT_FOUND`, `AUTH.SSO_FAILED`
   */
  async complete(
    slug: string,
    query: OidcCallbackQuery,
    cookies: string | undefined,
  ): Promise<BrowserTarget> {
    const { providerId, version, driver } = await this.providers.bySlug(slug);
    const { flow, refusal } = await this.flows.spend(cookies, { providerId, state: query.state });
    if (flow === null) return this.refuse(new OidcRefusal(refusal), { providerId, flow });
    try {
      const callback = new URL(this.callbackUrl(slug));
      callback.search = new URLSearchParams(query).toString();
      const { profile, signOut } = await driver.complete(callback, recalled(flow.protocolState));
      const url = await this.conclusion.conclude(flow, { profile, providerVersion: version, signOut });
      return { url, cookie: NO_FLOW_COOKIE };
    } catch (error) {
      return this.refuse(error, { providerId, flow });
    }
  }

  private callbackUrl(slug: string): string {
    return `${this.baseUrl}/v1/auth/oidc/${slug}/callback`;
  }

  private async refuse(
    error: unknown,
    where: Pick<SsoRefusal, 'providerId' | 'flow'>,
  ): Promise<BrowserTarget> {
    if (error instanceof DomainError && where.flow === null) throw error;
    if (!(error instanceof DomainError || error instanceof OidcRefusal)) throw error;
    const [code, reason] =
      error instanceof OidcRefusal
        ? (['AUTH.SSO_FAILED', error.reason] as const)
        : ([error.code, error.code] as const);
    return { url: await this.flows.refuse({ ...where, code, reason }), cookie: NO_FLOW_COOKIE };
  }
}

function remembered(request: OidcRequestState): ProtocolState {
  return Object.fromEntries(Object.entries(request).map(([field, value]) => [field, String(value)]));
}

function recalled({
  issuer = '',
  state = '',
  nonce = '',
  codeVerifier = '',
  maxAge,
  since,
}: ProtocolState): OidcRequestState {
  return {
    issuer,
    state,
    nonce,
    codeVerifier,
    ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
    ...(since !== undefined && { since: Number(since) }),
  };
}
