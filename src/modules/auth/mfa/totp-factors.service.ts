import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { generateSecret } from 'otplib';
import { DomainError } from '../../../common/errors';
import { authConfig } from '../../../config/auth.config';
import { SecretBox, sealedColumn } from '../../../infrastructure/crypto';
import { verifyTotp } from './totp';
import { TotpFactorsRepository } from './totp-factors.repository';

/** RFC 4226 §4, R6: the secret should be 160 bits long. */
const SECRET_BYTES = 20;
const NO_STEP = -1;

const SECRET = sealedColumn({
  purpose: 'totp-secret',
  table: 'totp_factors',
  id: 'user_id',
  ciphertext: 'secret_ciphertext',
});
const ENROLMENT = sealedColumn({
  purpose: 'totp-enrolment',
  table: 'totp_enrolments',
  id: 'user_id',
  ciphertext: 'secret_ciphertext',
});

/** A code that is right for what an enrolment would make a factor of. */
export interface ConfirmableEnrolment {
  readonly sealed: Buffer;
  readonly secret: string;
  readonly step: number;
}

/** Secrets that authenticator apps hold as well. Readable for as long as a code takes to be judged, and never again. */
@Injectable()
export class TotpFactors {
  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly factors: TotpFactorsRepository,
    private readonly box: SecretBox,
  ) {}

  /** The step that `code` is right for; null where it is wrong, spent, or there is no factor. */
  async match(userId: string, code: string): Promise<number | null> {
    const factor = await this.factors.find(userId);
    if (factor === null) return null;
    const secret = this.box.open(SECRET, factor.sealed, userId).toString();
    return this.verify(secret, code, factor.now, factor.lastStep);
  }

  /** A code works once (RFC 6238 §5.2): false when one of this step, or a later one, was accepted meanwhile. */
  spend(userId: string, step: number): Promise<boolean> {
    return this.factors.spend(userId, step);
  }

  confirmedAt(userId: string): Promise<Date | null> {
    return this.factors.findConfirmedAt(userId);
  }

  /** A new secret, which is no factor yet. It is answered here and never again. */
  async beginEnrolment(userId: string): Promise<string> {
    const secret = generateSecret({ length: SECRET_BYTES });
    await this.factors.beginEnrolment(userId, this.box.seal(ENROLMENT, Buffer.from(secret), userId));
    return secret;
  }

  /** Null where `code` is wrong. @throws DomainError `MFA.NO_ENROLMENT` when there is none, or it has expired. */
  async matchEnrolment(userId: string, code: string): Promise<ConfirmableEnrolment | null> {
    const enrolment = await this.factors.findEnrolment(userId);
    if (enrolment === null) throw new DomainError('MFA.NO_ENROLMENT');
    const { sealed, now } = enrolment;
    const secret = this.box.open(ENROLMENT, sealed, userId).toString();
    const step = await this.verify(secret, code, now, NO_STEP);
    return step === null ? null : { sealed, secret, step };
  }

  /**
   * Makes the enrolment the user's factor, in place of one that there may be. The code that confirmed it is spent.
   *
   * @throws DomainError `MFA.NO_ENROLMENT` when somebody else was faster
   */
  async confirm(userId: string, { sealed, secret, step }: ConfirmableEnrolment): Promise<void> {
    if (!(await this.factors.takeEnrolment(userId, sealed))) throw new DomainError('MFA.NO_ENROLMENT');
    await this.factors.save(userId, this.box.seal(SECRET, Buffer.from(secret), userId), step);
  }

  delete(userId: string): Promise<void> {
    return this.factors.delete(userId);
  }

  private verify(secret: string, code: string, now: number, afterStep: number): Promise<number | null> {
    const { acceptsPreviousStep } = this.config.totp;
    return verifyTotp({ secret, code, now, afterStep, acceptsPreviousStep });
  }
}
