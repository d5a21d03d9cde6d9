import { DomainEvent } from '../../../common/events';

/** A mail will not be delivered: it was refused for good, or its time was over before anybody took it. */
export class MailAbandonedEvent extends DomainEvent {
  readonly name = 'mail.abandoned';
  override readonly outcome = 'failure';
  readonly target;

  constructor(
    template: string,
    override readonly reason: 'expired' | 'rejected',
  ) {
    super();
    this.target = { type: 'mail', id: template };
  }
}
