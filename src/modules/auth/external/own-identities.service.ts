import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { Database } from '../../../infrastructure/database';
import { ProviderDirectory } from '../../identity-providers';
import { SessionsService } from '../../sessions';
import { CredentialsService, ExternalIdentitiesService } from '../../users';
import type { LinkedIdentityResponse } from '../dto/identity.schemas';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';
import { DirectoryAttempts } from './directory-attempts';
import { ExternalSignInService } from './external-sign-in.service';

/** By which identities elsewhere people sign in to their own accounts. */
@Injectable()
export class OwnIdentitiesService {
  constructor(
    private readonly identities: ExternalIdentitiesService,
    private readonly directory: ProviderDirectory,
    private readonly attempts: DirectoryAttempts,
    private readonly external: ExternalSignInService,
    private readonly reservations: SignInAttemptsService,
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
  ) {}

  /** Those of enabled providers. */
  async list({ subject }: Principal): Promise<LinkedIdentityResponse[]> {
    const providers = await this.directory.list();
    return (await this.identities.listOf(subject)).flatMap(({ providerId, username, linkedAt, lastSeenAt }) =>
      providers
        .filter(({ id }) => id === providerId)
        .map(({ slug, name }) => ({
          provider: slug,
          name,
          username,
          linkedAt: linkedAt.toISOString(),
          lastSeenAt: lastSeenAt.toISOString(),
        })),
    );
  }

  /**
   * Links the entry of a directory whose password the owner of the account knows.
   *
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, `PROVIDER.NOT_FOUND`, `PROVIDER.UNAVAILABLE`, `IDENTITY.TAKEN`
   */
  async linkDirectory(
    { subject }: Principal,
    slug: string,
    username: string,
    password: string,
  ): Promise<void> {
    const { profile, providerVersion, subject: tried } = await this.attempts.verify(slug, username, password);
    // Not the attempt of a guesser, whether or not the entry can be linked.
    await this.reservations.release(tried);
    await this.external.link(subject, profile, providerVersion);
  }

  /**
   * Ends every other session, and every sign-in that is on its way: whoever takes a way in away means those who came by
   * it. The session that asks survives, and its refresh token brings a token of the new epoch.
   *
   * @throws DomainError `IDENTITY.NOT_FOUND`, `IDENTITY.LAST_WAY_IN`, `RBAC.LAST_ADMINISTRATOR`, `USER.INVALID_TRANSITION`,
   * `SESSION.NOT_FOUND`
   */
  async unlink({ subject, sessionId }: Principal, slug: string): Promise<void> {
    const provider = (await this.directory.list()).find((known) => known.slug === slug);
    if (provider === undefined) throw new DomainError('IDENTITY.NOT_FOUND');
    await this.database.transaction(async () => {
      await this.external.unlink(subject, provider);
      const epoch = await this.credentials.endEpoch(subject);
      await this.sessions.endAll(subject, sessionId, 'identity_unlinked');
      await this.sessions.carryOver(sessionId, epoch);
    });
  }
}
