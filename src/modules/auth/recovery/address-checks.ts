import { Injectable } from '@nestjs/common';
import { OnDomainEvent, type DomainEvent, type EventContext } from '../../../common/events';
import { Mailer } from '../../../infrastructure/mail';
import { CredentialsService } from '../../users';
import { EmailVerificationService } from './email-verification.service';
import { formerAddressIn } from './security-notices';

/**
 * Asks the owner to confirm an address that somebody else typed: an account's first, or one that an administrator
 * gave it. Not of accounts that the service makes by itself, nor of invited ones: accepting confirms as well.
 */
@Injectable()
export class AddressChecks {
  constructor(
    private readonly verification: EmailVerificationService,
    private readonly credentials: CredentialsService,
    private readonly mailer: Mailer,
  ) {}

  @OnDomainEvent()
  async check(event: DomainEvent, { actor }: EventContext): Promise<void> {
    const isNew = event.name === 'user.created' && (actor.type === 'user' || actor.type === 'service');
    const isMoved = event.name === 'user.updated' && formerAddressIn(event) !== undefined;
    if (!(isNew || isMoved) || event.target.id === null || !this.mailer.isConfigured) return;
    const user = await this.credentials.findById(event.target.id);
    if (user?.status === 'active') await this.verification.send(user);
  }
}
