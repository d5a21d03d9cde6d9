import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequirePermission, SENSITIVE, type Principal } from '../../../common/access';
import { ApiContract, UuidParam } from '../../../common/http';
import { EraseUserBody, PersonalDataResponse } from '../dto/privacy.schemas';
import { AccountPrivacyService } from './account-privacy.service';

@ApiTags('users')
@Controller('v1/users/:id')
export class AccountPrivacyController {
  constructor(private readonly privacy: AccountPrivacyService) {}

  @Post('erase')
  @RequirePermission('users:erase', { stepUp: SENSITIVE })
  @ApiContract({
    summary: 'Erase a person',
    description:
      'Deletes the account where there still is one, and destroys the key of all that the audit trail says about ' +
      'the person. There is no way back. The trail still verifies.',
    status: 204,
    errors: ['USER.NOT_FOUND', 'RBAC.TARGET_MORE_PRIVILEGED', 'RBAC.LAST_ADMINISTRATOR', 'AUDIT.ON_HOLD'],
  })
  erase(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @Body({ schema: EraseUserBody }) { reason }: EraseUserBody,
  ): Promise<void> {
    return this.privacy.erase(actor, id, reason);
  }

  @Get('personal-data')
  @RequirePermission('users:export')
  @ApiContract({
    summary: 'Everything that is kept about a person',
    description: 'That somebody asked is an event in the audit trail.',
    response: PersonalDataResponse,
    errors: ['USER.NOT_FOUND'],
  })
  export(@UuidParam('id') id: string): Promise<PersonalDataResponse> {
    return this.privacy.export(id);
  }
}
