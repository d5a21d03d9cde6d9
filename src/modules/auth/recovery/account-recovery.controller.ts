import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequirePermission, type Principal } from '../../../common/access';
import { ApiContract, UuidParam } from '../../../common/http';
import { DemandedResetService } from './demanded-reset.service';
import { InvitationsService } from './invitations.service';

const ERRORS = [
  'MAIL.NOT_CONFIGURED',
  'USER.NOT_FOUND',
  'USER.INVALID_TRANSITION',
  'RBAC.TARGET_MORE_PRIVILEGED',
] as const;

/** What administrators may start, and only the owner of the mailbox can finish. */
@ApiTags('users')
@Controller('v1/users')
export class AccountRecoveryController {
  constructor(
    private readonly demandedReset: DemandedResetService,
    private readonly invitations: InvitationsService,
  ) {}

  @Post(':id/invite')
  @RequirePermission('users:create')
  @ApiContract({
    summary: 'Mail an invitation to a user without a password',
    description:
      'Only for accounts that are `invited`. A later invitation takes the place of the one before.',
    status: 204,
    errors: ERRORS,
  })
  invite(@CurrentPrincipal() actor: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.invitations.invite(actor, id);
  }

  @Post(':id/password-reset')
  @RequirePermission('users:update')
  @ApiContract({
    summary: "Take a user's password away and mail them a token to choose another",
    description:
      'Every session of the user ends. Nobody but the owner of the mailbox learns anything to sign in with.',
    status: 204,
    errors: [...ERRORS, 'SERVICE.OVERLOADED'],
  })
  resetPassword(@CurrentPrincipal() actor: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.demandedReset.demand(actor, id);
  }
}
