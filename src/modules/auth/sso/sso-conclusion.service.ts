import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { Database } from '../../../infrastructure/database';
import type { ExternalProfile, OidcSignOut } from '../../identity-providers';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import { ExternalSignInService } from '../external/external-sign-in.service';
import type { AccountLink, SsoFlow } from './sso-flow';
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
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
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
    await this.link(flow.link, answer);
    return this.flows.finishLinking(flow);
  }

  /** Whoever ended the session or the epoch did so to keep somebody out: a way in must not be added after that. */
  private link(
    { userId, sessionId, epoch }: AccountLink,
    { profile, providerVersion }: BelievedAnswer,
  ): Promise<void> {
    return this.database.transaction(async () => {
      const isCurrent = await this.credentials.lockIfCurrent(userId, epoch);
      const session = isCurrent ? await this.sessions.findLive(sessionId) : null;
      if (session?.userId !== userId) throw new DomainError('SESSION.NOT_FOUND');
      await this.external.link(userId, profile, providerVersion);
    });
  }
}
