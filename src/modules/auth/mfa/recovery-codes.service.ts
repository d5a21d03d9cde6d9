import { Injectable } from '@nestjs/common';
import { EventPublisher } from '../../../common/events';
import { RecoveryCodeUsedEvent } from '../events/mfa.events';
import { hashRecoveryCode, mintRecoveryCode } from './recovery-code';
import { RecoveryCodesRepository } from './recovery-codes.repository';

const COUNT = 10;

/** For the day on which the phone is gone: codes on paper, each good once. */
@Injectable()
export class RecoveryCodes {
  constructor(
    private readonly codes: RecoveryCodesRepository,
    private readonly events: EventPublisher,
  ) {}

  /** What is stored of `code`, if it is one of the user's; null where it is not, or was used. */
  async match(userId: string, code: string): Promise<Buffer | null> {
    const hash = hashRecoveryCode(userId, code);
    return (await this.codes.exists(userId, hash)) ? hash : null;
  }

  /** False when somebody else was faster. */
  async spend(userId: string, hash: Buffer): Promise<boolean> {
    if (!(await this.codes.spend(userId, hash))) return false;
    await this.events.publish(new RecoveryCodeUsedEvent(userId, await this.codes.count(userId)));
    return true;
  }

  /** New codes, shown here and never again; the ones before are dead. */
  async replace(userId: string): Promise<readonly string[]> {
    const codes = Array.from({ length: COUNT }, mintRecoveryCode);
    await this.codes.replace(
      userId,
      codes.map((code) => hashRecoveryCode(userId, code)),
    );
    return codes;
  }

  count(userId: string): Promise<number> {
    return this.codes.count(userId);
  }

  async delete(userId: string): Promise<void> {
    await this.codes.replace(userId, []);
  }
}
