import { Body, Controller, Delete, Get, Headers, Ip, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  Authenticated,
  AuthenticatedOrChallenged,
  CurrentPrincipal,
  PrincipalIfAny,
  RateLimit,
  RequireAuth,
  SENSITIVE,
  type Principal,
} from '../../../common/access';
import { ApiContract } from '../../../common/http';
import {
  BeginTotpEnrolmentBody,
  ConfirmTotpEnrolmentBody,
  RecoveryCodesResponse,
  TotpEnrolledResponse,
  TotpEnrolmentResponse,
  TotpStatusResponse,
} from '../dto/mfa.schemas';
import { SignInAnswers } from '../sign-in/sign-in-answers';
import { EnrollingAccounts } from './enrolling-accounts';
import { OwnFactorsService } from './own-factors.service';
import { TotpEnrolmentService } from './totp-enrolment.service';

const ENROLLER =
  'With a token right after sign-in or step-up, or with the `challengeId` of an `mfa_enrolment_required` answer.';

@ApiTags('second factors')
@Controller('v1/users/me/mfa')
export class OwnFactorsController {
  constructor(
    private readonly accounts: EnrollingAccounts,
    private readonly enrolments: TotpEnrolmentService,
    private readonly factors: OwnFactorsService,
    private readonly answers: SignInAnswers,
  ) {}

  @Get('totp')
  @Authenticated()
  @ApiContract({ summary: 'Whether you have a second factor', response: TotpStatusResponse })
  describe(@CurrentPrincipal() principal: Principal): Promise<TotpStatusResponse> {
    return this.factors.describe(principal);
  }

  @Post('totp')
  @AuthenticatedOrChallenged()
  @RateLimit('mfa')
  @ApiContract({
    summary: 'Begin to enrol an authenticator app',
    description: `${ENROLLER} It is no factor before a code of it was confirmed, within ten minutes.`,
    response: TotpEnrolmentResponse,
    errors: ['AUTH.INVALID_CHALLENGE', 'AUTH.INSUFFICIENT_USER_AUTHENTICATION', 'USER.NOT_FOUND'],
  })
  async begin(
    @PrincipalIfAny() principal: Principal | undefined,
    @Body({ schema: BeginTotpEnrolmentBody }) body: BeginTotpEnrolmentBody,
  ): Promise<TotpEnrolmentResponse> {
    return this.enrolments.begin(await this.accounts.resolve(principal, body?.challengeId));
  }

  @Post('totp/confirm')
  @AuthenticatedOrChallenged()
  @RateLimit('mfa')
  @ApiContract({
    summary: 'Confirm the app by a code of it',
    description: `${ENROLLER} Every other session ends, and tokens from before are dead: go on with the ones answered.`,
    response: TotpEnrolledResponse,
    errors: [
      'AUTH.INVALID_CHALLENGE',
      'AUTH.INVALID_CODE',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      'MFA.NO_ENROLMENT',
      'USER.NOT_FOUND',
      'USER.INVALID_TRANSITION',
      'SESSION.NOT_FOUND',
      'SESSION.LIMIT_REACHED',
    ],
  })
  async confirm(
    @PrincipalIfAny() principal: Principal | undefined,
    @Body({ schema: ConfirmTotpEnrolmentBody }) body: ConfirmTotpEnrolmentBody,
    @Ip() ip: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<TotpEnrolledResponse> {
    const account = await this.accounts.resolve(principal, body.challengeId);
    const origin = { ip, userAgent: userAgent ?? null };
    return this.answers.enrolled(await this.enrolments.confirm(account, body.code, origin));
  }

  @Delete('totp')
  @Authenticated()
  @RequireAuth(SENSITIVE)
  @ApiContract({
    summary: 'Give your second factor up',
    description: 'Every other session ends. Refresh afterwards: access tokens from before are dead.',
    status: 204,
    errors: ['MFA.NOT_ENROLLED', 'MFA.REQUIRED_BY_ROLE', 'USER.INVALID_TRANSITION', 'SESSION.NOT_FOUND'],
  })
  disable(@CurrentPrincipal() principal: Principal): Promise<void> {
    return this.factors.disable(principal);
  }

  @Post('recovery-codes')
  @Authenticated()
  @RequireAuth(SENSITIVE)
  @ApiContract({
    summary: 'Make new recovery codes; the ones before are dead',
    description:
      'Every other session ends, and access tokens from before are dead: go on with the one answered.',
    response: RecoveryCodesResponse,
    errors: ['MFA.NOT_ENROLLED', 'USER.INVALID_TRANSITION', 'SESSION.NOT_FOUND'],
  })
  async replaceRecoveryCodes(@CurrentPrincipal() principal: Principal): Promise<RecoveryCodesResponse> {
    return this.answers.withRecoveryCodes(await this.factors.replaceRecoveryCodes(principal));
  }
}
