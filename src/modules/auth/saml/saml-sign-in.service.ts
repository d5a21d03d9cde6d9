import { Injectable } from '@nestjs/common';
import { DomainError, type ErrorCode } from '../../../common/errors';
import { randomToken } from '../../../infrastructure/crypto';
import {
  ProviderDirectory,
  SamlRefusal,
  SamlService,
  type AuthnRequest,
  type ProviderOf,
  type SamlIdentity,
} from '../../identity-providers';
import type { SamlResponseBody } from '../dto/saml.schemas';
import { PassportRunner } from '../../../infrastructure/passport';
import { NO_FLOW_COOKIE } from '../sso/flow-cookie';
import { returnUrlWith, ReturnUrls } from '../sso/return-urls';
import type { BrowserTarget } from '../sso/send-browser';
import { SsoConclusionService } from '../sso/sso-conclusion.service';
import type { FlowPurpose, FlowRefusal, SsoFlow } from '../sso/sso-flow';
import { SsoFlowsService } from '../sso/sso-flows.service';

/** A request on its way, and the cookie that binds its answer to this browser. */
export interface SamlStart {
  readonly request: AuthnRequest;
  readonly cookie: string;
}

interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Sign-in, and linking of accounts, through a SAML identity provider. */
@Injectable()
export class SamlSignInService {
  constructor(
    private readonly providers: ProviderDirectory,
    private readonly saml: SamlService,
    private readonly passport: PassportRunner,
    private readonly flows: SsoFlowsService,
    private readonly conclusion: SsoConclusionService,
    private readonly returnUrls: ReturnUrls,
  ) {}

  /** @throws DomainError `PROVIDER.NOT_FOUND`, `AUTH.RETURN_URL_NOT_REGISTERED` */
  async begin(slug: string, purpose: FlowPurpose): Promise<SamlStart> {
    const provider = await this.providers.bySlug(slug, 'saml');
    const state = randomToken();
    const request = await this.saml.request(provider, state);
    const cookie = await this.flows.begin({
      ...purpose,
      providerId: provider.id,
      protocolState: { requestId: request.id },
      state,
    });
    return { request, cookie };
  }

  /**
   * Takes a provider's answer to where the flow began. The flow is spent before the answer is believed: each is
   * asked for once, whatever comes.
   *
   * @throws DomainError `PROVIDER.NOT_FOUND`; `AUTH.SSO_FAILED` where the answer belongs to no flow of this browser;
   * `AUTH.RETURN_URL_NOT_REGISTERED` where it may belong to none, and there is nowhere to go
   */
  async finish(
    slug: string,
    body: SamlResponseBody,
    cookies: string | undefined,
  ): Promise<BrowserTarget<string | null>> {
    const provider = await this.providers.bySlug(slug, 'saml');
    const { flow, refusal } = await this.flows.spend(cookies, {
      providerId: provider.id,
      state: body.RelayState ?? '',
    });
    // What belongs to no flow must not end the one that this browser may be in.
    if (flow === null) return { url: await this.finishUnsolicited(provider, body, refusal), cookie: null };
    const requestId = flow.protocolState.requestId ?? '';
    return { url: await this.complete(provider, flow, requestId, body.SAMLResponse), cookie: NO_FLOW_COOKIE };
  }

  /** @throws DomainError `PROVIDER.NOT_FOUND` */
  async metadata(slug: string): Promise<string> {
    return this.saml.metadata(await this.providers.bySlug(slug, 'saml'));
  }

  /** A sign-in that began at the provider (SAML profiles §4.1.5), where its record allows that. Never a linking. */
  private async finishUnsolicited(
    provider: ProviderOf<'saml'>,
    { SAMLResponse, RelayState }: SamlResponseBody,
    refusal: FlowRefusal,
  ): Promise<string> {
    const reason = this.reasonAgainst(provider, SAMLResponse, refusal);
    if (reason !== null) return this.refuse(provider.id, { code: 'AUTH.SSO_FAILED', reason }, null);
    // The client must be able to tell it from what it has begun.
    const returnTo = returnUrlWith(this.returnUrls.registeredOrFirst(RelayState), { unsolicited: 'true' });
    const flow = { providerId: provider.id, returnTo, codeChallenge: '', protocolState: {}, link: null };
    return this.complete(provider, flow, null, SAMLResponse);
  }

  /** A response that names a request was asked for, by somebody: outside of its flow it is stolen, or lost. */
  private reasonAgainst(
    provider: ProviderOf<'saml'>,
    samlResponse: string,
    refusal: FlowRefusal,
  ): string | null {
    try {
      if (this.saml.requestNamedIn(samlResponse) !== null) return refusal;
      return provider.config.allowIdpInitiated ? null : 'unsolicited';
    } catch (error) {
      if (error instanceof SamlRefusal) return error.reason;
      throw error;
    }
  }

  private async complete(
    provider: ProviderOf<'saml'>,
    flow: SsoFlow,
    requestId: string | null,
    samlResponse: string,
  ): Promise<string> {
    try {
      const said = await this.verify(provider, samlResponse);
      const profile = await this.saml.accept(provider, said, requestId);
      const answer = { profile, providerVersion: provider.version, signOut: null };
      return await this.conclusion.conclude(flow, answer);
    } catch (error) {
      const refusal = refusalOf(error, flow);
      if (refusal === null) throw error;
      return this.refuse(provider.id, refusal, flow);
    }
  }

  /** @throws SamlRefusal */
  private async verify(provider: ProviderOf<'saml'>, samlResponse: string): Promise<SamlIdentity> {
    const strategy = this.saml.strategyFor(provider, samlResponse);
    const outcome = await this.passport.run<SamlIdentity>(strategy, { SAMLResponse: samlResponse });
    if (outcome.kind === 'fail') throw new SamlRefusal('not_one_assertion');
    return outcome.identity;
  }

  private refuse(providerId: string, refusal: Refusal, flow: SsoFlow | null): Promise<string> {
    return this.flows.refuse({ providerId, ...refusal, flow });
  }
}

/** Null for what is no refusal. Why somebody has no account here is in the trail already. */
function refusalOf(error: unknown, { link }: SsoFlow): Refusal | null {
  if (error instanceof SamlRefusal) return { code: 'AUTH.SSO_FAILED', reason: error.reason };
  if (!(error instanceof DomainError)) return null;
  // Whoever links is known, and may know what is wrong.
  if (link !== null) return { code: error.code, reason: error.code };
  // The record was changed a moment ago, and this process does not know yet.
  if (error.code === 'PROVIDER.UNAVAILABLE') return { code: error.code, reason: error.code };
  return error.code === 'AUTH.INVALID_CREDENTIALS'
    ? { code: 'AUTH.SSO_FAILED', reason: 'not_admitted' }
    : null;
}
