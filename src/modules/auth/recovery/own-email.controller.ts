import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  Authenticated,
  CurrentPrincipal,
  RateLimit,
  RequireAuth,
  type Principal,
} from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { ChangeEmailBody, MailTokenBody } from '../dto/recovery.schemas';
import { EmailChangeRequestsService } from './email-change-requests.service';
import { EmailChangeService } from './email-change.service';
import { EmailVerificationService } from './email-verification.service';

@ApiTags('recovery')
@Controller('v1/users/me/email')
export class OwnEmailController {
  constructor(
    private readonly requests: EmailChangeRequestsService,
    private readonly emailChange: EmailChangeService,
    private readonly verification: EmailVerificationService,
  ) {}

  @Post()
  @Authenticated()
  @RequireAuth({ acr: 'strongest', maxAge: 300 })
  @RateLimit('forgot')
  @ApiContract({
    summary: 'Ask to move your account to another email address',
    description:
      'Needs an authentication of the last five minutes. Mails a token to the new address and a notice to the old one, ' +
      'which stays until the token is confirmed. The answer does not say whether somebody has the address.',
    status: 202,
    errors: ['MAIL.NOT_CONFIGURED', 'USER.NOT_FOUND'],
  })
  change(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: ChangeEmailBody }) { newEmail }: ChangeEmailBody,
  ): Promise<void> {
    return this.requests.request(principal, newEmail);
  }

  @Post('confirm')
  @Authenticated()
  @ApiContract({
    summary: 'Move your account with the token that the new address got',
    description: 'Every other session ends. Refresh afterwards: access tokens from before are dead.',
    status: 204,
    errors: ['AUTH.INVALID_MAIL_TOKEN', 'USER.EMAIL_TAKEN', 'SESSION.NOT_FOUND'],
  })
  confirm(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: MailTokenBody }) { token }: MailTokenBody,
  ): Promise<void> {
    return this.emailChange.confirm(principal, token);
  }

  @Post('verification')
  @Authenticated()
  @ApiContract({
    summary: 'Have the mail that confirms your address sent again',
    description: 'At most once a minute; the token of the mail before is dead.',
    status: 202,
    errors: ['MAIL.NOT_CONFIGURED', 'USER.NOT_FOUND', 'USER.INVALID_TRANSITION', 'AUTH.RATE_LIMITED'],
  })
  resend(@CurrentPrincipal() principal: Principal): Promise<void> {
    return this.verification.resend(principal);
  }
}
