import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DeferredWork, type DeferredKind } from '../../../infrastructure/deferred-work';
import { Mailer } from '../../../infrastructure/mail';
import { ForgottenPasswordsService } from './forgotten-passwords.service';

const PASSWORD_FORGOTTEN: DeferredKind<{ email: string }> = {
  name: 'password-forgotten',
  content: z.object({ email: z.string() }),
  mostWaiting: 1_000,
};

/**
 * Requests for a forgotten password, answered before anybody looks whether the account exists: neither what the
 * answer says nor how long it takes can depend on it.
 */
@Injectable()
export class RecoveryRequests {
  constructor(
    private readonly mailer: Mailer,
    private readonly deferred: DeferredWork,
    forgotten: ForgottenPasswordsService,
  ) {
    deferred.register(PASSWORD_FORGOTTEN, ({ email }, origin) => forgotten.mailToken(email, origin));
  }

  /** @throws DomainError `MAIL.NOT_CONFIGURED`, `SERVICE.OVERLOADED` */
  async accept(email: string): Promise<void> {
    this.mailer.requireConfigured();
    await this.deferred.add(PASSWORD_FORGOTTEN, { email });
  }
}
