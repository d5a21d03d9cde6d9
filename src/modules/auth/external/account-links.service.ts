import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { Database } from '../../../infrastructure/database';
import { ProviderDirectory, type ExternalProfile } from '../../identity-providers';
import { SessionsService } from '../../sessions';
import { CredentialsService, ExternalIdentitiesService } from '../../users';
import type { AccountLink } from '../sso/sso-flow';
import { legible } from './legible';

/** Adds ways in to accounts whose owners have just proved both: that they own them, and whom the provider vouches for. */
@Injectable()
export class AccountLinks {
  constructor(
    private readonly directory: ProviderDirectory,
    private readonly identities: ExternalIdentitiesService,
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
  ) {}

  /** What the linking is asked by, before anything is proved at the provider. @throws DomainError `AUTH.TOKEN_REVOKED` */
  async begin({ subject, sessionId }: Principal): Promise<AccountLink> {
    const session = await this.sessions.findLive(sessionId);
    if (session === null) throw new DomainError('AUTH.TOKEN_REVOKED');
    return { userId: subject, sessionId, epoch: session.epoch };
  }

  /**
   * Whoever ended the session or the epoch meanwhile did so to keep somebody out: a way in must not be added after that,
   * nor by a provider whose record is not the one that was believed.
   *
   * @throws DomainError `SESSION.NOT_FOUND`, `PROVIDER.NOT_FOUND`, `IDENTITY.TAKEN`
   */
  link(
    { userId, sessionId, epoch }: AccountLink,
    { providerId, externalId, username }: ExternalProfile,
    providerVersion: number,
  ): Promise<void> {
    return this.database.transaction(async () => {
      const isCurrent = await this.credentials.lockIfCurrent(userId, epoch);
      const session = isCurrent ? await this.sessions.findLive(sessionId) : null;
      if (session?.userId !== userId) throw new DomainError('SESSION.NOT_FOUND');
      if (!(await this.directory.lockIfCurrent(providerId, providerVersion)))
        throw new DomainError('PROVIDER.NOT_FOUND');
      const identity = { providerId, externalId, userId, username: legible(username), provisioned: false };
      await this.identities.link(identity);
    });
  }
}
