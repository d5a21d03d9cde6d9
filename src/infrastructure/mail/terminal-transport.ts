import { MailTransport, type MailMessage } from './mail-transport';

/** Shows mails to whoever tries the service out. Not by the logger: logs are kept and shipped, and links hold tokens. */
export class TerminalTransport extends MailTransport {
  override send({ to, subject, text }: MailMessage): Promise<void> {
    const lines = [`To: ${to}`, `Subject: ${subject}`, '', ...text.trimEnd().split('\n')];
    process.stdout.write(`\n${lines.map((line) => `  | ${line}`).join('\n')}\n\n`);
    return Promise.resolve();
  }

  override close(): void {
    // The terminal stays open.
  }
}
