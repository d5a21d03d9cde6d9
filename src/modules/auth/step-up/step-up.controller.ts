import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentPrincipal, type Principal } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { StepUpBody, SteppedUpResponse } from '../dto/step-up.schemas';
import { SignInAnswers } from '../sign-in/sign-in-answers';
import { StepUpService } from './step-up.service';

@ApiTags('auth')
@Controller('v1/auth/step-up')
export class StepUpController {
  constructor(
    private readonly service: StepUpService,
    private readonly answers: SignInAnswers,
  ) {}

  @Post()
  @Authenticated()
  @ApiContract({
    summary: 'Prove once more who you are',
    description:
      'The answer to 401 `AUTH.INSUFFICIENT_USER_AUTHENTICATION`: brings a new access token of the same session, with ' +
      'fresh `auth_time`, `acr` and `amr`. Whoever has a second factor proves that; a password alone will not do.',
    response: SteppedUpResponse,
    errors: [
      'AUTH.INVALID_CREDENTIALS',
      'AUTH.INVALID_CODE',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      'MFA.NOT_ENROLLED',
      'USER.NOT_FOUND',
      'SESSION.NOT_FOUND',
      'SERVICE.OVERLOADED',
    ],
  })
  async stepUp(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: StepUpBody }) body: StepUpBody,
  ): Promise<SteppedUpResponse> {
    return this.answers.steppedUp(await this.service.stepUp(principal, body));
  }
}
