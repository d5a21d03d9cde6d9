import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public, RateLimit } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { ForgotPasswordBody, MailTokenBody, NewPasswordByMailBody } from '../dto/recovery.schemas';
import { EmailUndoService } from './email-undo.service';
import { EmailVerificationService } from './email-verification.service';
import { InvitationsService } from './invitations.service';
import { PasswordResetService } from './password-reset.service';
import { RecoveryRequests } from './recovery-requests';

const CHOOSING = [
  'AUTH.INVALID_MAIL_TOKEN',
  'USER.PASSWORD_TOO_SHORT',
  'USER.PASSWORD_TOO_WEAK',
  'USER.INVALID_TRANSITION',
  'SERVICE.OVERLOADED',
] as const;

/** What people do with what they find in their mailbox, without being signed in. */
@ApiTags('recovery')
@Controller('v1/auth')
export class RecoveryController {
  constructor(
    private readonly requests: RecoveryRequests,
    private readonly passwordReset: PasswordResetService,
    private readonly invitations: InvitationsService,
    private readonly verification: EmailVerificationService,
    private readonly emailUndo: EmailUndoService,
  ) {}

  @Post('password/forgot')
  @Public()
  @RateLimit('forgot')
  @ApiContract({
    summary: 'Ask for a mail to choose a new password',
    description:
      'The same answer, after the same time, whether or not anybody has the address. The limits count mailboxes, known or not, and callers.',
    status: 202,
    errors: ['MAIL.NOT_CONFIGURED', 'SERVICE.OVERLOADED'],
  })
  forgot(@Body({ schema: ForgotPasswordBody }) { email }: ForgotPasswordBody): Promise<void> {
    return this.requests.accept(email);
  }

  @Post('password/reset')
  @Public()
  @ApiContract({
    summary: 'Choose a new password with the token from the mail',
    description:
      'Ends every session and lifts lockouts. It signs nobody in: the second factor is still asked for.',
    status: 204,
    errors: CHOOSING,
  })
  reset(@Body({ schema: NewPasswordByMailBody }) body: NewPasswordByMailBody): Promise<void> {
    return this.passwordReset.reset(body.token, body.newPassword);
  }

  @Post('invitation/accept')
  @Public()
  @ApiContract({
    summary: 'Accept an invitation and choose the first password',
    status: 204,
    errors: CHOOSING,
  })
  accept(@Body({ schema: NewPasswordByMailBody }) body: NewPasswordByMailBody): Promise<void> {
    return this.invitations.accept(body.token, body.newPassword);
  }

  @Post('email/verify')
  @Public()
  @ApiContract({
    summary: 'Confirm an email address with the token from the mail',
    status: 204,
    errors: ['AUTH.INVALID_MAIL_TOKEN'],
  })
  verify(@Body({ schema: MailTokenBody }) { token }: MailTokenBody): Promise<void> {
    return this.verification.verify(token);
  }

  @Post('email/undo')
  @Public()
  @ApiContract({
    summary: 'Undo a change of the email address with the token that the former one got',
    description:
      'The account comes back to that address, its password is taken away, every session ends, and a mail to choose ' +
      'another password follows.',
    status: 204,
    errors: ['AUTH.INVALID_MAIL_TOKEN', 'USER.EMAIL_TAKEN', 'USER.INVALID_TRANSITION', 'SERVICE.OVERLOADED'],
  })
  undo(@Body({ schema: MailTokenBody }) { token }: MailTokenBody): Promise<void> {
    return this.emailUndo.undo(token);
  }
}
