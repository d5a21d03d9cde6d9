import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

const WITHIN_MS = 10_000;

export interface TrappedMail {
  readonly to: string;
  readonly messageId: string;
  readonly subject: string;
  /** All parts, decoded. */
  readonly content: string;
  /** The link of the plain text. */
  readonly link: string | undefined;
  readonly token: string;
  /** Whether it came over TLS. */
  readonly isEncrypted: boolean;
}

/** With one, the trap offers STARTTLS. */
export interface TrapCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** An SMTP relay that keeps what it gets, on a port that it keeps as well when it is down. */
export class MailTrap {
  readonly mails: TrappedMail[] = [];
  private server: SMTPServer | undefined;
  /** Recipients that it refuses, and with what: 450 for now, 550 for good, 421 with the whole connection. */
  readonly refused = new Map<string, number>();

  private constructor(
    private readonly port: number,
    private readonly certificate: TrapCertificate | undefined,
  ) {}

  static async start(certificate?: TrapCertificate): Promise<MailTrap> {
    const trap = await MailTrap.down(certificate);
    await trap.up();
    return trap;
  }

  /** One that is not there yet. */
  static async down(certificate?: TrapCertificate): Promise<MailTrap> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return new MailTrap(port, certificate);
  }

  get env(): Record<string, string> {
    return { SMTP_URL: `smtp://127.0.0.1:${this.port}`, MAIL_FROM: 'Portcullis <no-reply@corp.example>' };
  }

  async up(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: this.certificate === undefined ? ['AUTH', 'STARTTLS'] : ['AUTH'],
      ...this.certificate,
      onRcptTo: ({ address }, _session, callback) => {
        const responseCode = this.refused.get(address);
        if (responseCode === undefined) return callback();
        callback(Object.assign(new Error('not now, or never'), { responseCode }));
      },
      onData: (stream, { envelope, secure }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address).join();
          this.mails.push({ ...readMail(to, Buffer.concat(chunks).toString()), isEncrypted: secure });
          callback();
        });
      },
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(resolve));
  }

  to(address: string, subject?: string): TrappedMail[] {
    return this.mails.filter(
      (mail) => mail.to === address && (subject === undefined || mail.subject === subject),
    );
  }

  /** The last of at least `count` mails to the address. */
  async next(address: string, subject: string, count = 1): Promise<TrappedMail> {
    const deadline = Date.now() + WITHIN_MS;
    for (;;) {
      const mail = this.to(address, subject).at(count - 1);
      if (mail !== undefined) return mail;
      if (Date.now() > deadline)
        throw new Error(`No mail "${subject}" to ${address}; there are ${JSON.stringify(this.mails)}`);
      await sleep(20);
    }
  }
}

function readMail(to: string, raw: string): Omit<TrappedMail, 'isEncrypted'> {
  const header = (name: string): string =>
    new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(raw)?.[1]?.replace(/\r\n\s+/g, ' ') ?? '';
  const content = raw
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const link = /^https?:\/\/\S+$/m.exec(content.replaceAll('\r', ''))?.[0];
  const token = decodeURIComponent(/#token=(\S+)/.exec(link ?? '')?.[1] ?? '');
  return { to, messageId: header('Message-ID'), subject: header('Subject'), content, link, token };
}
