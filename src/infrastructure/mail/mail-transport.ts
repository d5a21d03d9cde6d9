import type { MailBody } from './mail-layout';

export interface MailMessage extends MailBody {
  /** The same at every attempt, so that a receiver can tell a second copy from a second mail. */
  readonly messageId: string;
  readonly to: string;
}

/** The other side is well and does not take this mail: for now, or for good (RFC 5321 §4.2.1). */
export class MailRefusedError extends Error {
  /** Whether another attempt would be refused as well. */
  readonly isForGood: boolean;

  /** `responseCode` is absent where our own side knows that it would be refused. */
  constructor(readonly responseCode: number | undefined) {
    super(`The mail was refused with ${responseCode ?? 'no answer'}`);
    this.name = 'MailRefusedError';
    this.isForGood = responseCode !== undefined && responseCode >= 500;
  }
}

/** Hands a mail over to whoever delivers it. */
export abstract class MailTransport {
  /** Resolves once the other side has taken responsibility. @throws MailRefusedError */
  abstract send(message: MailMessage): Promise<void>;

  abstract close(): void;
}
