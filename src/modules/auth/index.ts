export { AuthModule } from './auth.module';
export { AuthenticationGuard } from './authentication.guard';
export { SigningKeysModule } from './tokens/signing-keys.module';
export { SigningKeysService } from './tokens/signing-keys.service';
export { AssuranceGuard } from './step-up/assurance.guard';
export { SignInAttemptsRepository } from './sign-in/sign-in-attempts.repository';
