import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { canonicalName } from '../../../common/validation';
import { Database } from '../../../infrastructure/database';
import { IdentityLinkedEvent, IdentityUnlinkedEvent } from '../events/identity.events';
import { UserCreatedEvent } from '../events/user.events';
import { UsersRepository } from '../users.repository';
import type { ExternalIdentity, NewExternalIdentity, ProvisionedAccount } from './external-identity';
import { ExternalIdentitiesRepository } from './external-identities.repository';

/** Which accounts people of which providers sign in to. */
@Injectable()
export class ExternalIdentitiesService {
  constructor(
    private readonly identities: ExternalIdentitiesRepository,
    private readonly users: UsersRepository,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  find(providerId: string, externalId: string): Promise<ExternalIdentity | null> {
    return this.identities.find(providerId, externalId);
  }

  listOf(userId: string): Promise<ExternalIdentity[]> {
    return this.identities.findOfUser(userId);
  }

  /** As {@link find}; until the transaction ends nobody else learns whether the identity is known. */
  async findLocked(providerId: string, externalId: string): Promise<ExternalIdentity | null> {
    await this.identities.lock(providerId, externalId);
    return this.identities.find(providerId, externalId);
  }

  /** What of a would-be account is somebody else's already; null where nothing is. */
  async takenOf({ username, email }: ProvisionedAccount): Promise<'username' | 'email' | null> {
    if ((await this.users.findByLoginName(canonicalName(email))) !== null) return 'email';
    return (await this.users.findByLoginName(canonicalName(username))) === null ? null : 'username';
  }

  /** Makes an account for the identity: active, without a password. In the caller's transaction. */
  async provision(
    identity: Pick<NewExternalIdentity, 'providerId' | 'externalId'>,
    account: ProvisionedAccount,
  ): Promise<string> {
    const { username, email, emailVerified, displayName } = account;
    const id = uuidv7();
    await this.users.insertProvisioned({
      id,
      username,
      usernameKey: canonicalName(username),
      email,
      emailKey: canonicalName(email),
      emailVerified,
      displayName,
    });
    const personal = {
      username: { after: username },
      email: { after: email },
      displayName: { after: displayName },
    };
    await this.events.publish(new UserCreatedEvent(id, personal));
    await this.link({ ...identity, userId: id, username, provisioned: true });
    return id;
  }

  /** @throws DomainError `IDENTITY.TAKEN` */
  link(identity: NewExternalIdentity): Promise<void> {
    return this.database.transaction(async () => {
      if (!(await this.identities.insert(identity))) throw new DomainError('IDENTITY.TAKEN');
      await this.events.publish(new IdentityLinkedEvent(identity.userId, identity.providerId));
    });
  }

  /**
   * Some way in must be left: a password, or an identity of another of the `enabledProviders`.
   *
   * @throws DomainError `IDENTITY.NOT_FOUND`, `IDENTITY.LAST_WAY_IN`
   */
  unlink(userId: string, providerId: string, enabledProviders: readonly string[]): Promise<void> {
    return this.database.transaction(async () => {
      const user = await this.users.findCredentialsLocked(userId);
      const identities = await this.identities.findOfUser(userId);
      if (!identities.some((identity) => identity.providerId === providerId))
        throw new DomainError('IDENTITY.NOT_FOUND');
      const isLeft = identities.some(
        (other) => other.providerId !== providerId && enabledProviders.includes(other.providerId),
      );
      if ((user?.passwordHash ?? null) === null && !isLeft) throw new DomainError('IDENTITY.LAST_WAY_IN');
      await this.identities.delete(userId, providerId);
      await this.events.publish(new IdentityUnlinkedEvent(userId, providerId));
    });
  }

  /** Holds it until the transaction ends. False where it was unlinked meanwhile. */
  markSeen({ providerId, externalId }: ExternalIdentity, username: string): Promise<boolean> {
    return this.identities.markSeen(providerId, externalId, username);
  }

  /** What the provider calls its own: an account that was not made for it keeps its name. */
  async follow({ userId, provisioned }: ExternalIdentity, displayName: string | null): Promise<void> {
    if (provisioned && displayName !== null) await this.users.updateDisplayName(userId, displayName);
  }
}
