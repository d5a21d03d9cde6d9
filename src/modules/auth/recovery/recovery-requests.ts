import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { Mailer } from '../../../infrastructure/mail';
import { RequestContext } from '../../../infrastructure/request-context';
import { ForgottenPasswordsService } from './forgotten-passwords.service';

const MAX_WAITING = 1_000;

/**
 * Requests for a forgotten password, answered before anybody looks whether the account exists: neither what the
 * answer says nor how long it takes can depend on it. One at a time, so that a flood of them slows nothing else.
 */
@Injectable()
export class RecoveryRequests implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Recovery');
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly forgotten: ForgottenPasswordsService,
    private readonly mailer: Mailer,
    private readonly context: RequestContext,
  ) {}

  /** @throws DomainError `MAIL.NOT_CONFIGURED`, `SERVICE.OVERLOADED` */
  accept(email: string): void {
    this.mailer.requireConfigured();
    if (this.waiting >= MAX_WAITING) throw new DomainError('SERVICE.OVERLOADED', { retryAfterSeconds: 5 });
    this.waiting++;
    const origin = this.context.capture();
    this.last = this.last
      .then(() => this.forgotten.mailToken(email, origin))
      .catch((error: unknown) => {
        this.logger.error(`A request for a new password was lost: ${String(error)}`);
      })
      .finally(() => this.waiting--);
  }

  /** What was accepted is done. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.last;
  }
}
