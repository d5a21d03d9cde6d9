import type { Transporter } from 'nodemailer';
import { MailRejectedError, MailTransport, type MailMessage } from './mail-transport';

const CONNECT_MS = 5_000;
const SILENCE_MS = 10_000;
const CONNECTIONS = 5;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

interface SmtpFailure extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Delivers to a relay, over a few connections that stay open while there is something to send. */
export class SmtpTransport extends MailTransport {
  private transporter: Promise<Transporter> | undefined;

  constructor(
    private readonly url: string,
    private readonly from: string,
  ) {
    super();
  }

  override async send(message: MailMessage): Promise<void> {
    this.transporter ??= open(this.url);
    const transporter = await this.transporter;
    try {
      await transporter.sendMail({ ...message, from: this.from });
    } catch (error) {
      throw rejectionIn(error as SmtpFailure) ?? error;
    }
  }

  override close(): void {
    void this.transporter?.then((transporter) => {
      transporter.close();
    });
  }
}

/** Loaded with the first mail: a service without a relay never needs it. */
async function open(url: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const { hostname, password } = new URL(url);
  return createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS,
    // A password is for the relay alone: it does not cross a network in clear, whatever somebody strips from its greeting.
    requireTLS: url.startsWith('smtp:') && password !== '' && !LOOPBACK.has(hostname),
    connectionTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** A permanent answer (RFC 5321 §4.2.1) to the mail itself; one to our login or connection may be mended. */
function rejectionIn({ code, responseCode }: SmtpFailure): MailRejectedError | undefined {
  const isAboutTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return isAboutTheMail && responseCode !== undefined && responseCode >= 500
    ? new MailRejectedError(responseCode)
    : undefined;
}
