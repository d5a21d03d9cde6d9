import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { PassportModule } from '@nestjs/passport';
import { appConfig } from '../../config/app.config';
import { authConfig } from '../../config/auth.config';
import { bootstrapConfig } from '../../config/bootstrap.config';
import { Database } from '../../infrastructure/database';
import { RbacModule } from '../rbac';
import { SessionsModule } from '../sessions';
import { UsersModule } from '../users';
import { AccountLifecycleService } from './accounts/account-lifecycle.service';
import { AccountPrivacyController } from './accounts/account-privacy.controller';
import { AccountPrivacyService } from './accounts/account-privacy.service';
import { AccountsController } from './accounts/accounts.controller';
import { BootstrapAdministratorService } from './accounts/bootstrap-administrator.service';
import { OwnAccountController } from './accounts/own-account.controller';
import { OwnAccountService } from './accounts/own-account.service';
import { AuthController } from './auth.controller';
import { AuthenticationGuard } from './authentication.guard';
import { AuthenticationService } from './authentication.service';
import { SecondFactorPolicy } from './mfa/second-factor-policy';
import { JwtStrategy } from './passport/jwt.strategy';
import { LocalStrategy } from './passport/local.strategy';
import { PassportRunner } from './passport/passport-runner';
import { SignInAttemptsRepository } from './sign-in/sign-in-attempts.repository';
import { SignInAttemptsService } from './sign-in/sign-in-attempts.service';
import { SignInChallengesPurge } from './sign-in/sign-in-challenges.purge';
import { SignInChallengesRepository } from './sign-in/sign-in-challenges.repository';
import { SignInService } from './sign-in/sign-in.service';
import { AssuranceGuard } from './step-up/assurance.guard';
import { AccessTokensService } from './tokens/access-tokens.service';
import { JwksController } from './tokens/jwks.controller';
import { KeyRotation } from './tokens/key-rotation';
import { RevocationState } from './tokens/revocation-state';
import { RevokedTokensRepository } from './tokens/revoked-tokens.repository';
import { SigningKeysController } from './tokens/signing-keys.controller';
import { SigningKeysModule } from './tokens/signing-keys.module';
import { TokenIntrospectionService } from './tokens/token-introspection.service';
import { resolveTokenIssuer, TokenIssuer } from './tokens/token-issuer';
import { TokenRevocationService } from './tokens/token-revocation.service';
import { TokensController } from './tokens/tokens.controller';
import { VerifiedTokens } from './tokens/verified-tokens';
import './tokens/tokens.permissions';

@Module({
  imports: [
    ConfigModule.forFeature(appConfig),
    ConfigModule.forFeature(authConfig),
    ConfigModule.forFeature(bootstrapConfig),
    PassportModule,
    UsersModule,
    SessionsModule,
    RbacModule,
    SigningKeysModule,
  ],
  controllers: [
    AuthController,
    JwksController,
    OwnAccountController,
    AccountsController,
    AccountPrivacyController,
    TokensController,
    SigningKeysController,
  ],
  providers: [
    AuthenticationService,
    AuthenticationGuard,
    AssuranceGuard,
    SecondFactorPolicy,
    SignInService,
    SignInAttemptsService,
    SignInAttemptsRepository,
    SignInChallengesRepository,
    SignInChallengesPurge,
    PassportRunner,
    LocalStrategy,
    JwtStrategy,
    AccessTokensService,
    KeyRotation,
    RevocationState,
    RevokedTokensRepository,
    TokenRevocationService,
    TokenIntrospectionService,
    VerifiedTokens,
    AccountLifecycleService,
    AccountPrivacyService,
    OwnAccountService,
    BootstrapAdministratorService,
    {
      provide: TokenIssuer,
      inject: [appConfig.KEY, Database],
      useFactory: (config: ConfigType<typeof appConfig>, database: Database) =>
        resolveTokenIssuer(config.publicUrl, database),
    },
  ],
  exports: [AuthenticationGuard, AssuranceGuard],
})
export class AuthModule {}
