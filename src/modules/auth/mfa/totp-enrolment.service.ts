import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { toString as toQrCode } from 'qrcode';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { appConfig } from '../../../config/app.config';
import { Database } from '../../../infrastructure/database';
import type { TotpEnrolmentResponse } from '../dto/mfa.schemas';
import { TotpEnrolledEvent, TotpEnrolmentFailedEvent } from '../events/mfa.events';
import { SignInObstructed } from '../sign-in/sign-in-obstructed';
import { SignInRefusals } from '../sign-in/sign-in-refusals';
import type { SignInOrigin } from '../sign-in/sign-in-result';
import type { EnrollingAccount } from './enrolling-accounts';
import { EnrolmentConclusion, type ConcludedEnrolment } from './enrolment-conclusion';
import { RecoveryCodes } from './recovery-codes.service';
import { otpauthUri } from './totp';
import { TotpFactors } from './totp-factors.service';

const NAMELESS = 'Portcullis';

type ConfirmedEnrolment = ConcludedEnrolment & { readonly recoveryCodes: readonly string[] };

/** Makes an authenticator app somebody's second factor. */
@Injectable()
export class TotpEnrolmentService {
  constructor(
    @Inject(appConfig.KEY) private readonly config: ConfigType<typeof appConfig>,
    private readonly totp: TotpFactors,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly conclusion: EnrolmentConclusion,
    private readonly refusals: SignInRefusals,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /** A factor that there may be stays until the new one is confirmed, within ten minutes. */
  async begin({ user }: EnrollingAccount): Promise<TotpEnrolmentResponse> {
    const secret = await this.totp.beginEnrolment(user.id);
    const { publicUrl } = this.config;
    const issuer = publicUrl === undefined ? NAMELESS : new URL(publicUrl).host;
    const uri = otpauthUri(issuer, user.username, secret);
    return { secret, otpauthUri: uri, qrSvg: await toQrCode(uri, { type: 'svg' }) };
  }

  /**
   * The code that confirms is spent with it. All that was issued before ends, but for the session that enrols.
   *
   * @throws DomainError `MFA.NO_ENROLMENT`, `AUTH.INVALID_CODE`, `AUTH.INVALID_CHALLENGE`, `USER.INVALID_TRANSITION`,
   * `SESSION.NOT_FOUND`, `SESSION.LIMIT_REACHED`
   */
  async confirm(account: EnrollingAccount, code: string, origin: SignInOrigin): Promise<ConfirmedEnrolment> {
    try {
      return await this.enrol(account, code, origin);
    } catch (error) {
      if (!(error instanceof SignInObstructed)) throw error;
      const { user } = account;
      // Out here the rollback does not take the record with it.
      return this.refusals.refuse('AUTH.INVALID_CHALLENGE', {
        reason: error.obstacle,
        user,
        typedName: user.username,
      });
    }
  }

  private async enrol(
    account: EnrollingAccount,
    code: string,
    origin: SignInOrigin,
  ): Promise<ConfirmedEnrolment> {
    const { user } = account;
    const enrolment = await this.totp.matchEnrolment(user.id, code);
    if (enrolment === null) {
      await this.events.publish(new TotpEnrolmentFailedEvent(user.id));
      throw new DomainError('AUTH.INVALID_CODE');
    }
    return this.database.transaction(async () => {
      await this.totp.confirm(user.id, enrolment);
      const recoveryCodes = await this.recoveryCodes.replace(user.id);
      await this.events.publish(new TotpEnrolledEvent(user.id));
      return { ...(await this.conclusion.conclude(account, origin)), recoveryCodes };
    });
  }
}
