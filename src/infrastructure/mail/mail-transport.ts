import type { MailBody } from './mail-layout';

export interface MailMessage extends MailBody {
  /** The same at every attempt, so that a receiver can tell a second copy from a second mail. */
  readonly messageId: string;
  readonly to: string;
}

/** The receiver's side refused this mail for good; another attempt would be refused as well. */
export class MailRejectedError extends Error {
  constructor(readonly responseCode: number) {
    super(`The relay refused it with ${responseCode}`);
    this.name = 'MailRejectedError';
  }
}

/** Hands a mail over to whoever delivers it. */
export abstract class MailTransport {
  /** Resolves once the other side has taken responsibility. @throws MailRejectedError */
  abstract send(message: MailMessage): Promise<void>;

  abstract close(): void;
}
