import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { Database } from '../../../infrastructure/database';
import {
  mappedProfile,
  ProviderDirectory,
  type ExternalProfile,
  type IdentityProvider,
} from '../../identity-providers';
import { ProvidedGrantsService } from '../../rbac';
import { CredentialsService, ExternalIdentitiesService } from '../../users';
import { SignInRefusals } from '../sign-in/sign-in-refusals';
import type { VerifiedIdentity } from '../sign-in/verified-identity';
import { accountFor } from './account-for';
import { AdmissionRefusal } from './admission-refusal';
import { legible } from './legible';

/** From somebody whom a provider vouches for to an account of ours, whatever the protocol. */
@Injectable()
export class ExternalSignInService {
  constructor(
    private readonly directory: ProviderDirectory,
    private readonly identities: ExternalIdentitiesService,
    private readonly credentials: CredentialsService,
    private readonly grants: ProvidedGrantsService,
    private readonly refusals: SignInRefusals,
    private readonly database: Database,
  ) {}

  /**
   * Whose account it is, by the stable id and nothing else; with an account made for it where the provider's record
   * says so. Roles and groups follow what the provider says today, in the same transaction. `SignInService.proceed`
   * goes on from here. `providerVersion` is that of the record by which the provider was believed.
   *
   * @throws DomainError `AUTH.INVALID_CREDENTIALS` where there is no account and none is made; the trail has the
   * reason. `PROVIDER.NOT_FOUND` when the provider was disabled meanwhile, and `PROVIDER.UNAVAILABLE` for a moment where
   * this process does not know yet that its record has changed.
   */
  async admit(vouched: ExternalProfile, providerVersion: number): Promise<VerifiedIdentity> {
    try {
      return await this.database.transaction(() => this.resolve(vouched, providerVersion));
    } catch (error) {
      if (!(error instanceof AdmissionRefusal)) throw error;
      const { reason } = error;
      // Out here the rollback does not take the record with it.
      return this.refusals.refuse('AUTH.INVALID_CREDENTIALS', {
        reason,
        user: null,
        typedName: legible(vouched.username),
      });
    }
  }

  /**
   * The identity leads to the account no more, and what its provider gave goes with it. A way in must be left, as
   * {@link ExternalIdentitiesService.unlink} has it.
   *
   * @throws DomainError `IDENTITY.NOT_FOUND`, `IDENTITY.LAST_WAY_IN`, `RBAC.LAST_ADMINISTRATOR`
   */
  unlink(
    userId: string,
    { id, kind }: Pick<IdentityProvider, 'id' | 'kind'>,
    enabledProviders: readonly string[],
  ): Promise<void> {
    return this.database.transaction(async () => {
      await this.identities.unlink(userId, id, enabledProviders);
      await this.grants.replace(userId, `${kind}:${id}`, { roles: [], groupIds: [] });
    });
  }

  /** @throws AdmissionRefusal */
  private async resolve(vouched: ExternalProfile, providerVersion: number): Promise<VerifiedIdentity> {
    const provider = await this.directory.byId(vouched.providerId);
    const { profile, grants } = mappedProfile(provider.mappings, vouched);
    const { providerId, externalId, username, displayName, methods } = profile;
    const known = await this.identities.findLocked(providerId, externalId);
    const userId = known?.userId ?? (await this.provision(profile, provider.config.jitProvisioning));
    const user = await this.credentials.findById(userId);
    if (user === null) throw new AdmissionRefusal('account_changed');
    if (known !== null) {
      // Who unlinks it at the same time waits for us from here on, or was first: then nothing of it may come back.
      if (!(await this.identities.markSeen(known, legible(username))))
        throw new AdmissionRefusal('account_changed');
      await this.identities.follow(known, legible(displayName ?? '') || null);
    }
    await this.grants.replace(userId, `${provider.kind}:${providerId}`, grants);
    // This process may not know yet what became of the record. Who loses a deadlock with its change is tried again.
    const isCurrent =
      provider.version === providerVersion &&
      (await this.directory.lockIfCurrent(providerId, providerVersion));
    if (!isCurrent) throw new DomainError('PROVIDER.UNAVAILABLE', { retryAfterSeconds: 1 });
    return { user, methods, providerId, source: 'unknown' };
  }

  private async provision(profile: ExternalProfile, isAllowed: boolean): Promise<string> {
    if (!isAllowed) throw new AdmissionRefusal('not_linked');
    const account = accountFor(profile);
    // Whoever registered the address before, verified or not, is not thereby this person, nor this person they.
    const taken = await this.identities.takenOf(account);
    if (taken !== null) throw new AdmissionRefusal(`${taken}_in_use`);
    return this.identities.provision(profile, account);
  }
}
