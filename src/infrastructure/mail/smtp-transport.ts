import type { Transporter } from 'nodemailer';
import type { SmtpDelivery } from '../../config/mail.config';
import { MailRefusedError, MailTransport, type MailMessage } from './mail-transport';

const CONNECT_MS = 5_000;
const SILENCE_MS = 10_000;
const CONNECTIONS = 5;

interface SmtpFailure extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Delivers to a relay, over a few connections that stay open while there is something to send. */
export class SmtpTransport extends MailTransport {
  private transporter: Promise<Transporter> | undefined;

  constructor(private readonly delivery: SmtpDelivery) {
    super();
  }

  override async send(message: MailMessage): Promise<void> {
    this.transporter ??= open(this.delivery);
    const transporter = await this.transporter;
    try {
      await transporter.sendMail({ ...message, from: this.delivery.from });
    } catch (error) {
      throw refusalIn(error as SmtpFailure) ?? error;
    }
  }

  override close(): void {
    void this.transporter?.then((transporter) => {
      transporter.close();
    });
  }
}

/** Loaded with the first mail: a service without a relay never needs it. */
async function open({ url, requiresTls }: SmtpDelivery): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS,
    // Whatever somebody on the way strips from its greeting.
    requireTLS: requiresTls,
    connectionTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** What is held against the mail alone. 421 is about the connection, whatever it answers (RFC 5321 §3.8). */
function refusalIn({ code, responseCode }: SmtpFailure): MailRefusedError | undefined {
  const isAboutTheMail = (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421;
  return isAboutTheMail ? new MailRefusedError(responseCode) : undefined;
}
