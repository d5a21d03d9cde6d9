export { AccountUnlockService } from './accounts/account-unlock.service';
export { AuthModule } from './auth.module';
export { AuthenticationGuard } from './authentication.guard';
export { SigningKeysModule } from './tokens/signing-keys.module';
export { SigningKeysService } from './tokens/signing-keys.service';
export { AssuranceGuard } from './step-up/assurance.guard';
