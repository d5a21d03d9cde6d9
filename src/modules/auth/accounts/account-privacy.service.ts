import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { EventPublisher } from '../../../common/events';
import { Clock } from '../../../infrastructure/clock';
import { PersonalDataCollector } from '../../../infrastructure/privacy';
import { PolicyService } from '../../rbac';
import { SessionPersonalData, SessionsService } from '../../sessions';
import { UsersService } from '../../users';
import type { PersonalDataResponse } from '../dto/privacy.schemas';
import { PersonalDataExportedEvent, UserErasedEvent } from '../events/privacy.events';

/** What a person may ask for: a copy of everything that is kept about them, and that it is kept no longer. */
@Injectable()
export class AccountPrivacyService {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly sessionData: SessionPersonalData,
    private readonly policy: PolicyService,
    private readonly collector: PersonalDataCollector,
    private readonly events: EventPublisher,
    private readonly clock: Clock,
  ) {}

  /**
   * Deletes the account where there still is one, and all personal data about it. What the trail says about the
   * person becomes unreadable, and stays provable. May be repeated.
   *
   * @throws DomainError `USER.NOT_FOUND`, `RBAC.TARGET_MORE_PRIVILEGED`, `RBAC.LAST_ADMINISTRATOR`
   */
  async erase(actor: Principal, userId: string, reason: string): Promise<void> {
    await this.policy.actOn(actor, userId, async () => {
      await this.users.requireEverExisted(userId);
      const user = await this.users.find(userId);
      if (user !== null) {
        await this.policy.requireAdministratorBesides(userId);
        await this.policy.removePrincipal(userId);
        await this.users.delete(userId, user.version);
        await this.sessions.endAll(userId, null, 'account_deleted');
      }
      await this.sessionData.forget(userId);
      await this.events.publish(new UserErasedEvent(userId, reason));
    });
  }

  /** @throws DomainError `USER.NOT_FOUND` */
  async export(userId: string): Promise<PersonalDataResponse> {
    await this.users.requireEverExisted(userId);
    await this.events.publish(new PersonalDataExportedEvent(userId));
    const sections = await this.collector.collect(userId);
    return { subject: userId, exportedAt: this.clock.now().toISOString(), sections };
  }
}
