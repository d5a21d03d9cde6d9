import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { v7 as uuidv7 } from 'uuid';
import { EventPublisher } from '../../common/events';
import { mailConfig } from '../../config/mail.config';
import { SecretBox } from '../crypto';
import { WorkLoop } from '../work-loop';
import { MailAbandonedEvent } from './events/mail-abandoned.event';
import { layOut } from './mail-layout';
import { MailOutbox, type OutboxMail } from './mail-outbox';
import { mailTemplate } from './mail-template';
import { MailRefusedError, MailTransport } from './mail-transport';
import { RelayState } from './relay-state';
import { openMail } from './sealed-mail';

const BATCH = 5;
const POLL_MS = 1_000;
const LONGEST_PAUSE_SECONDS = 300;
const SHUTDOWN_MS = 3_000;

/**
 * Sends what is due, one loop a process. A mail leaves the outbox after it was handed over, so that one whose sender
 * dies in between goes out again, under the same Message-ID: at least once, and once wherever nobody dies.
 */
@Injectable()
export class MailSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly loop = new WorkLoop({
    step: () => this.sendBatch(),
    restAfterFailureMs: POLL_MS,
    onFailure: (error) => {
      this.logger.warn(`The outbox cannot be read: ${String(error)}`);
    },
  });

  constructor(
    @Inject(mailConfig.KEY) private readonly config: ConfigType<typeof mailConfig>,
    private readonly outbox: MailOutbox,
    private readonly transport: MailTransport,
    private readonly relay: RelayState,
    private readonly box: SecretBox,
    private readonly events: EventPublisher,
  ) {}

  onApplicationBootstrap(): void {
    const { delivery, hasPagesUrl } = this.config;
    if (delivery.mode === 'off') {
      this.logger.warn(
        `No mail is sent: ${delivery.missing.join(' and ')} not set. Recovery and verification by mail answer 503`,
      );
      return;
    }
    if (delivery.mode === 'smtp' && !hasPagesUrl) {
      this.logger.warn(
        'Links in mails lead to this machine: neither ACCOUNT_PAGES_URL nor PUBLIC_URL is set',
      );
    }
    if (delivery.mode === 'smtp' && delivery.mayBeCleartext) {
      this.logger.warn(
        'Mails, and the tokens in them, may cross the network in clear: SMTP_REQUIRE_TLS is false',
      );
    }
    this.loop.start();
  }

  /** There is something new to send. */
  wake(): void {
    if (!this.relay.isResting) this.loop.wake();
  }

  /** A relay that does not answer holds nobody up: a mail in flight is somebody else's once its lease has ended. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop(SHUTDOWN_MS);
    this.transport.close();
  }

  private async sendBatch(): Promise<number> {
    const claim = uuidv7();
    const mails = await this.outbox.claim(claim, BATCH);
    await Promise.all(mails.map((mail) => this.deliver(mail, claim)));
    const isMore = mails.length === BATCH && !this.relay.isResting;
    return isMore ? 0 : Math.max(POLL_MS, this.relay.restMs);
  }

  private async deliver(mail: OutboxMail, claim: string): Promise<void> {
    if (mail.isExpired) return this.abandon(mail, claim, 'expired');
    try {
      await this.send(mail);
      await this.outbox.remove(mail.id, claim);
    } catch (error) {
      if (error instanceof MailRefusedError && error.isForGood) return this.abandon(mail, claim, 'rejected');
      this.logger.warn(
        `A mail (${mail.template}) is put off after ${mail.attempts} attempts: ${reasonOf(error)}`,
      );
      await this.outbox.postpone(mail.id, claim, pauseAfter(mail.attempts));
    }
  }

  private async send({ id, template: name, content }: OutboxMail): Promise<void> {
    const template = mailTemplate(name);
    if (template === undefined) throw new Error('this version does not know the template');
    const { to, parameters } = openMail(this.box, id, content);
    const body = layOut(template.compose(parameters), this.config.pagesUrl);
    const messageId = `<${id}@${this.domain}>`;
    await this.relay.observe(() => this.transport.send({ ...body, to, messageId }));
  }

  private async abandon(mail: OutboxMail, claim: string, reason: 'expired' | 'rejected'): Promise<void> {
    if (!(await this.outbox.remove(mail.id, claim))) return;
    this.logger.warn(`A mail (${mail.template}) is given up: ${reason}`);
    await this.events.publish(new MailAbandonedEvent(mail.template, reason));
  }

  private get domain(): string {
    const { delivery } = this.config;
    const from = delivery.mode === 'off' ? '' : delivery.from;
    return /@([^\s<>@]+?)>?$/.exec(from)?.[1] ?? 'localhost';
  }
}

/** Doubles, and spreads: mails that failed together do not come back together. */
function pauseAfter(attempts: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
}

const NO_TLS = 'the relay offers no TLS that can be trusted (SMTP_REQUIRE_TLS)';

/** What a relay says may quote the recipient: its codes are enough. */
function reasonOf(error: unknown): string {
  const { name, code, responseCode } = error as { name?: string; code?: string; responseCode?: number };
  const hint = code === 'ETLS' ? NO_TLS : undefined;
  return [code ?? name, responseCode, hint].filter((part) => part !== undefined).join(' ');
}
