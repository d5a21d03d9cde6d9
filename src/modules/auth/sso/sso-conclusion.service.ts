import { Injectable } from '@nestjs/common';
import type { ExternalProfile, OidcSignOut } from '../../identity-providers';
import { AccountLinks } from '../external/account-links.service';
import { ExternalSignInService } from '../external/external-sign-in.service';
import type { SsoFlow } from './sso-flow';
import { SsoFlowsService } from './sso-flows.service';

/** A provider's answer that is believed, and by which version of its record. */
export interface BelievedAnswer {
  readonly profile: ExternalProfile;
  readonly providerVersion: number;
  readonly signOut: OidcSignOut | null;
}

/** What a flow comes to once its provider's answer is believed: what it was begun for, and nothing else. */
@Injectable()
export class SsoConclusionService {
  constructor(
    private readonly flows: SsoFlowsService,
    private readonly external: ExternalSignInService,
    private readonly links: AccountLinks,
  ) {}

  /**
   * Answers where to send the browser.
   *
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, `PROVIDER.NOT_FOUND`, `PROVIDER.UNAVAILABLE`; of a linking `IDENTITY.TAKEN`, and
   * `SESSION.NOT_FOUND` where the session that asked for it is dead
   */
  async conclude(flow: SsoFlow, answer: BelievedAnswer): Promise<string> {
    if (flow.link === null) {
      const { profile, ...kept } = answer;
      const { user, methods } = await this.external.admit(profile, answer.providerVersion);
      return this.flows.finish(flow, { user, methods, authTime: profile.authTime ?? null, ...kept });
    }
    await this.links.link(flow.link, answer.profile, answer.providerVersion);
    return this.flows.finishLinking(flow);
  }
}
