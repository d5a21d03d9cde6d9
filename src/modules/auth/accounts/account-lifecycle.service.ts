import { Injectable } from '@nestjs/common';
import { AssurancePolicy, SENSITIVE, type Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { canonicalName } from '../../../common/validation';
import { PolicyService } from '../../rbac';
import { SessionsService, toSessionResponse, type ListSessionsQuery, type SessionPage } from '../../sessions';
import {
  AccountStatusService,
  toUserResponse,
  UsersService,
  type LockUserBody,
  type UpdateUserBody,
  type UserResponse,
} from '../../users';
import { AccountTokensRepository } from '../recovery/account-tokens.repository';
import { AccountUnlockService } from './account-unlock.service';

/**
 * What administrators do to accounts, where an account, its sessions and its grants must change together. Nobody
 * does it to somebody who holds more than they do: that would be a way to become them.
 */
@Injectable()
export class AccountLifecycleService {
  constructor(
    private readonly users: UsersService,
    private readonly statuses: AccountStatusService,
    private readonly sessions: SessionsService,
    private readonly policy: PolicyService,
    private readonly unlocking: AccountUnlockService,
    private readonly tokens: AccountTokensRepository,
    private readonly assurance: AssurancePolicy,
  ) {}

  /**
   * Another address is another mailbox that a forgotten password goes to: with a stolen token alone, nobody gives one
   * to an account, their own included.
   *
   * @throws DomainError `USER.NOT_FOUND`, `USER.EMAIL_TAKEN`, `REQUEST.PRECONDITION_FAILED`, `RBAC.TARGET_MORE_PRIVILEGED`,
   * `AUTH.INSUFFICIENT_USER_AUTHENTICATION`
   */
  async update(
    actor: Principal,
    userId: string,
    version: number,
    change: UpdateUserBody,
  ): Promise<UserResponse> {
    return this.act(actor, userId, async () => {
      const { email } = await this.users.getById(userId);
      const isMoved = canonicalName(change.email ?? email) !== canonicalName(email);
      if (isMoved) {
        await this.assurance.require(actor, SENSITIVE);
        // What the administrator decides is final: no link that is still out moves the account elsewhere.
        await this.tokens.voidAddresses(userId);
      }
      const user = await this.users.update(userId, version, change);
      if (isMoved) await this.sessions.endAll(userId, null, 'email_changed');
      return toUserResponse(user);
    });
  }

  /** @throws DomainError `USER.NOT_FOUND`, `USER.INVALID_TRANSITION`, `RBAC.TARGET_MORE_PRIVILEGED`, `RBAC.LAST_ADMINISTRATOR` */
  async disable(actor: Principal, userId: string): Promise<void> {
    await this.act(actor, userId, async () => {
      await this.policy.requireAdministratorBesides(userId);
      await this.statuses.disable(userId);
      await this.sessions.endAll(userId, null, 'account_disabled');
    });
  }

  /** @throws DomainError `USER.NOT_FOUND`, `USER.INVALID_TRANSITION`, `RBAC.TARGET_MORE_PRIVILEGED` */
  async enable(actor: Principal, userId: string): Promise<void> {
    await this.act(actor, userId, async () => {
      await this.statuses.enable(userId);
    });
  }

  /**
   * Nobody locks themselves: who does it to be safe would have nobody left to take it off.
   *
   * @throws DomainError `USER.NOT_FOUND`, `USER.OWN_ACCOUNT`, `USER.INVALID_TRANSITION`, `USER.LOCK_IN_THE_PAST`,
   * `RBAC.TARGET_MORE_PRIVILEGED`, `RBAC.LAST_ADMINISTRATOR`
   */
  async lock(actor: Principal, userId: string, { reason, until }: LockUserBody): Promise<void> {
    if (actor.subject === userId) throw new DomainError('USER.OWN_ACCOUNT');
    await this.act(actor, userId, async () => {
      await this.policy.requireAdministratorBesides(userId);
      await this.statuses.lock(userId, reason, until === undefined ? null : new Date(until));
      await this.sessions.endAll(userId, null, 'account_locked');
    });
  }

  /** Takes off both locks: an administrator's, and that of failed sign-ins. @throws DomainError `USER.NOT_FOUND`, `RBAC.TARGET_MORE_PRIVILEGED` */
  async unlock(actor: Principal, userId: string): Promise<void> {
    await this.act(actor, userId, () => this.unlocking.unlock(userId));
  }

  /** @throws DomainError `USER.NOT_FOUND`, `REQUEST.PRECONDITION_FAILED`, `RBAC.TARGET_MORE_PRIVILEGED`, `RBAC.LAST_ADMINISTRATOR` */
  async delete(actor: Principal, userId: string, version: number): Promise<void> {
    await this.act(actor, userId, async () => {
      await this.policy.requireAdministratorBesides(userId);
      await this.policy.removePrincipal(userId);
      // The row goes first: a sign-in that holds it commits before, and its session is ended below with the rest.
      await this.users.delete(userId, version);
      await this.sessions.endAll(userId, null, 'account_deleted');
    });
  }

  /** @throws DomainError `USER.NOT_FOUND`, `RBAC.TARGET_MORE_PRIVILEGED` */
  async endSessions(actor: Principal, userId: string): Promise<void> {
    await this.act(actor, userId, async () => {
      await this.sessions.endAll(userId, null, 'ended_by_administrator');
    });
  }

  /** @throws DomainError `USER.NOT_FOUND`, `REQUEST.INVALID_CURSOR` */
  async listSessions(userId: string, query: ListSessionsQuery): Promise<SessionPage> {
    await this.users.getById(userId);
    const { items, nextCursor } = await this.sessions.list(userId, query);
    return { items: items.map((session) => toSessionResponse(session, null)), nextCursor };
  }

  private act<T>(actor: Principal, userId: string, work: () => Promise<T>): Promise<T> {
    return this.policy.actOn(actor, userId, async () => {
      await this.users.getById(userId);
      return work();
    });
  }
}
