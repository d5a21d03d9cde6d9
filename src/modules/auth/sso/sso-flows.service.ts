import { Injectable } from '@nestjs/common';
import { DomainError, type ErrorCode } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { randomToken } from '../../../infrastructure/crypto';
import type { OidcSignOut } from '../../identity-providers';
import type { UserCredentials } from '../../users';
import { SsoRefusedEvent } from '../events/sso.events';
import { flowCookie, flowTokenIn } from './flow-cookie';
import { ProviderSignInsRepository } from './provider-sign-ins.repository';
import { returnUrlWith, ReturnUrls } from './return-urls';
import { SsoCodesRepository } from './sso-codes.repository';
import type { ExpectedFlow, NewSsoFlow, SpentFlow, SsoFlow } from './sso-flow';
import { SsoFlowsRepository } from './sso-flows.repository';

/** Whom a provider vouched for, and what it proved that its record trusts it for (RFC 8176). */
export interface SsoIdentity {
  readonly user: UserCredentials;
  readonly methods: readonly string[];
  /** By which version of the provider's record. */
  readonly providerVersion: number;
  readonly authTime: number | null;
  readonly signOut: OidcSignOut | null;
}

export interface SsoRefusal {
  readonly providerId: string;
  /** For the trail alone. */
  readonly reason: string;
  /** What the client learns. */
  readonly code: ErrorCode;
  /** The flow whose answer it was; null where the answer belongs to none. */
  readonly flow: SsoFlow | null;
}

/**
 * The two ends of whatever goes through a browser, a sign-in or a linking, whatever the protocol between them. A flow belongs to
 * the browser that began it (its cookie), to one provider, and to the client that can show the code's verifier.
 */
@Injectable()
export class SsoFlowsService {
  constructor(
    private readonly flows: SsoFlowsRepository,
    private readonly codes: SsoCodesRepository,
    private readonly signIns: ProviderSignInsRepository,
    private readonly returnUrls: ReturnUrls,
    private readonly events: EventPublisher,
  ) {}

  /**
   * The `Set-Cookie` that binds the flow to the browser, new for each flow: whatever cookie a browser had been given
   * before is worthless for this one.
   *
   * @throws DomainError `AUTH.RETURN_URL_NOT_REGISTERED`
   */
  async begin(flow: NewSsoFlow): Promise<string> {
    this.returnUrls.require(flow.returnTo);
    const token = randomToken();
    await this.flows.insert(token, flow);
    return flowCookie(token);
  }

  /** The flow that an answer belongs to, once. An answer that fits no flow spends none. */
  async spend(cookieHeader: string | undefined, expected: ExpectedFlow): Promise<SpentFlow> {
    const token = flowTokenIn(cookieHeader);
    if (token === null) return { flow: null, refusal: 'flow_missing' };
    const flow = await this.flows.spend(token, expected);
    if (flow !== null) return { flow, refusal: null };
    const providerId = await this.flows.findProviderId(token);
    if (providerId === null) return { flow: null, refusal: 'flow_unknown' };
    const refusal = providerId === expected.providerId ? 'state_mismatch' : 'flow_of_other_provider';
    return { flow: null, refusal };
  }

  /** Where to send the browser: with a code for the client, never with a token. */
  async finish(flow: SsoFlow, identity: SsoIdentity): Promise<string> {
    const { user, methods, ...answer } = identity;
    const { providerId, codeChallenge, returnTo } = flow;
    const { id: userId, epoch } = user;
    const providerSignInId = await this.signIns.insert({ userId, providerId, ...answer });
    const code = await this.codes.insert({
      userId,
      epoch,
      methods,
      providerId,
      codeChallenge,
      providerSignInId,
    });
    return returnUrlWith(returnTo, { code });
  }

  /** Where to send the browser when the account has its new way in. There is no code: nobody signs in by it. */
  finishLinking({ returnTo }: SsoFlow): string {
    return returnUrlWith(returnTo, { linked: 'true' });
  }

  /**
   * Notes why, and answers where to send the browser.
   *
   * @throws DomainError `code` where there is no flow, and so nowhere to send it to
   */
  async refuse({ providerId, reason, code, flow }: SsoRefusal): Promise<string> {
    await this.events.publish(new SsoRefusedEvent(providerId, reason));
    if (flow === null) throw new DomainError(code);
    return returnUrlWith(flow.returnTo, { error: code });
  }
}
