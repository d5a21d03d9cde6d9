import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { Database } from '../../../infrastructure/database';
import { ProviderDirectory, type ProviderLabel } from '../../identity-providers';
import { SessionsService } from '../../sessions';
import { CredentialsService, ExternalIdentitiesService, type ExternalIdentity } from '../../users';
import type { LinkedIdentityResponse } from '../dto/identity.schemas';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';
import { AccountLinks } from './account-links.service';
import { DirectoryAttempts } from './directory-attempts';
import { ExternalSignInService } from './external-sign-in.service';

interface LabelledIdentity extends ExternalIdentity {
  readonly provider: ProviderLabel;
}

/** By which identities elsewhere people sign in to their own accounts. */
@Injectable()
export class OwnIdentitiesService {
  constructor(
    private readonly identities: ExternalIdentitiesService,
    private readonly directory: ProviderDirectory,
    private readonly attempts: DirectoryAttempts,
    private readonly external: ExternalSignInService,
    private readonly links: AccountLinks,
    private readonly reservations: SignInAttemptsService,
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
  ) {}

  /** Those of disabled providers as well: their owner must be able to take them away. */
  async list({ subject }: Principal): Promise<LinkedIdentityResponse[]> {
    return (await this.labelled(subject)).map(({ username, linkedAt, lastSeenAt, provider }) => ({
      provider: provider.slug,
      name: provider.name,
      enabled: provider.enabled,
      username,
      linkedAt: linkedAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
    }));
  }

  /**
   * Links the entry of a directory whose password the owner of the account knows.
   *
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, `PROVIDER.NOT_FOUND`, `PROVIDER.UNAVAILABLE`, `IDENTITY.TAKEN`,
   * `SESSION.NOT_FOUND` where the session has ended meanwhile, or the account has changed
   */
  async linkDirectory(principal: Principal, slug: string, username: string, password: string): Promise<void> {
    const link = await this.links.begin(principal);
    const { profile, providerVersion, subject: tried } = await this.attempts.verify(slug, username, password);
    // Not the attempt of a guesser, whether or not the entry can be linked.
    await this.reservations.release(tried);
    await this.links.link(link, profile, providerVersion);
  }

  /**
   * Ends every other session, and every sign-in that is on its way: whoever takes a way in away means those who came by
   * it. The session that asks survives, and its refresh token brings a token of the new epoch.
   *
   * @throws DomainError `IDENTITY.NOT_FOUND`, `IDENTITY.LAST_WAY_IN`, `RBAC.LAST_ADMINISTRATOR`, `USER.INVALID_TRANSITION`,
   * `SESSION.NOT_FOUND`
   */
  async unlink({ subject, sessionId }: Principal, slug: string): Promise<void> {
    const providers = (await this.labelled(subject)).map(({ provider }) => provider);
    const provider = providers.find((own) => own.slug === slug);
    if (provider === undefined) throw new DomainError('IDENTITY.NOT_FOUND');
    const enabled = providers.filter((own) => own.enabled).map(({ id }) => id);
    await this.database.transaction(async () => {
      await this.external.unlink(subject, provider, enabled);
      const epoch = await this.credentials.endEpoch(subject);
      await this.sessions.endAll(subject, sessionId, 'identity_unlinked');
      await this.sessions.carryOver(sessionId, epoch);
    });
  }

  private async labelled(userId: string): Promise<LabelledIdentity[]> {
    const identities = await this.identities.listOf(userId);
    const providers = await this.directory.labels(identities.map(({ providerId }) => providerId));
    return identities.flatMap((identity) =>
      providers.filter(({ id }) => id === identity.providerId).map((provider) => ({ ...identity, provider })),
    );
  }
}
