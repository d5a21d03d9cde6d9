import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../common/errors';
import { mailConfig } from '../../config/mail.config';
import { SecretBox } from '../crypto';
import { Database } from '../database';
import { MailOutbox } from './mail-outbox';
import { MailSender } from './mail-sender';
import type { MailTemplate } from './mail-template';
import { sealMail } from './sealed-mail';

/** An address, and the account that the mail is about. */
interface MailRecipient {
  readonly userId: string;
  readonly email: string;
}

/** Where mails begin. Nothing here waits for a relay: a mail is a row, written with the change that it tells of. */
@Injectable()
export class Mailer {
  constructor(
    @Inject(mailConfig.KEY) private readonly config: ConfigType<typeof mailConfig>,
    private readonly outbox: MailOutbox,
    private readonly sender: MailSender,
    private readonly box: SecretBox,
    private readonly database: Database,
  ) {}

  get isConfigured(): boolean {
    return this.config.delivery.mode !== 'off';
  }

  /** For use cases that make no sense without mail. @throws DomainError `MAIL.NOT_CONFIGURED` */
  requireConfigured(): void {
    if (!this.isConfigured) throw new DomainError('MAIL.NOT_CONFIGURED');
  }

  /**
   * Writes a mail in the caller's transaction; it is sent once that has committed, and given up after `lifeSeconds`.
   * Does nothing where no mail is sent, nor for addresses that cannot exist (`.invalid`, RFC 2606), nor about an
   * account that is gone: what waits is deleted with it.
   */
  async enqueue<Parameters>(
    template: MailTemplate<Parameters>,
    { userId, email: to }: MailRecipient,
    parameters: Parameters,
    lifeSeconds: number,
  ): Promise<void> {
    if (!this.isConfigured || to.toLowerCase().endsWith('.invalid')) return;
    const id = uuidv7();
    const content = sealMail(this.box, id, { to, parameters });
    await this.outbox.insert({ id, userId, template: template.name, content, lifeSeconds });
    await this.database.afterCommit(() => {
      this.sender.wake();
      return Promise.resolve();
    });
  }
}
