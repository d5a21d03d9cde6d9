import { Injectable } from '@nestjs/common';
import type { ChangeRequiredPasswordBody, LoginBody, LoginResponse } from './dto/auth.schemas';
import { RequiredPasswordService } from './sign-in/required-password.service';
import { SignInAnswers } from './sign-in/sign-in-answers';
import type { SignInOrigin } from './sign-in/sign-in-result';
import { SignInService } from './sign-in/sign-in.service';

/** Signing in with a password of ours, as clients of the API do. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly signIn: SignInService,
    private readonly requiredPasswords: RequiredPasswordService,
    private readonly answers: SignInAnswers,
  ) {}

  async login(body: LoginBody, origin: SignInOrigin): Promise<LoginResponse> {
    return this.answers.of(await this.signIn.signInWithPassword(body, origin));
  }

  async changeRequiredPassword(
    body: ChangeRequiredPasswordBody,
    origin: SignInOrigin,
  ): Promise<LoginResponse> {
    return this.answers.of(await this.requiredPasswords.change(body.challengeId, body.newPassword, origin));
  }
}
