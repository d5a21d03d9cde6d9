import { Global, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { PassportModule } from '@nestjs/passport';
import { AssurancePolicy } from '../../common/access';
import { appConfig } from '../../config/app.config';
import { authConfig } from '../../config/auth.config';
import { bootstrapConfig } from '../../config/bootstrap.config';
import { ssoConfig } from '../../config/sso.config';
import { Database } from '../../infrastructure/database';
import { PassportRunner } from '../../infrastructure/passport';
import { IdentityProvidersModule } from '../identity-providers';
import { RbacModule } from '../rbac';
import { SessionsModule } from '../sessions';
import { UsersModule } from '../users';
import { AccountLifecycleService } from './accounts/account-lifecycle.service';
import { AccountPrivacyController } from './accounts/account-privacy.controller';
import { AccountUnlockService } from './accounts/account-unlock.service';
import { AccountPrivacyService } from './accounts/account-privacy.service';
import { AccountsController } from './accounts/accounts.controller';
import { BootstrapAdministratorService } from './accounts/bootstrap-administrator.service';
import { OwnAccountController } from './accounts/own-account.controller';
import { OwnAccountService } from './accounts/own-account.service';
import { AuthController } from './auth.controller';
import { AuthenticationGuard } from './authentication.guard';
import { AuthenticationService } from './authentication.service';
import { DirectoryAttempts } from './external/directory-attempts';
import { AccountLinks } from './external/account-links.service';
import { IdentityLinkingService } from './external/identity-linking.service';
import { LdapController } from './external/ldap.controller';
import { LdapSignInService } from './external/ldap-sign-in.service';
import { OwnIdentitiesController } from './external/own-identities.controller';
import { OwnIdentitiesService } from './external/own-identities.service';
import { ExternalSignInService } from './external/external-sign-in.service';
import { EnrollingAccounts } from './mfa/enrolling-accounts';
import { EnrolmentConclusion } from './mfa/enrolment-conclusion';
import { FactorChange } from './mfa/factor-change';
import { MfaResetService } from './mfa/mfa-reset.service';
import { OwnFactorsController } from './mfa/own-factors.controller';
import { OwnFactorsService } from './mfa/own-factors.service';
import { RecoveryCodesRepository } from './mfa/recovery-codes.repository';
import { RecoveryCodes } from './mfa/recovery-codes.service';
import { SecondFactorController } from './mfa/second-factor.controller';
import { SecondFactorPolicy } from './mfa/second-factor-policy';
import { SecondFactorSignInService } from './mfa/second-factor-sign-in.service';
import { SecondFactors } from './mfa/second-factors.service';
import { TotpEnrolmentService } from './mfa/totp-enrolment.service';
import { TotpEnrolmentsPurge } from './mfa/totp-enrolments.purge';
import { TotpFactorsRepository } from './mfa/totp-factors.repository';
import { TotpFactors } from './mfa/totp-factors.service';
import { OidcSignInService } from './oidc/oidc-sign-in.service';
import { OidcController } from './oidc/oidc.controller';
import { JwtStrategy } from './passport/jwt.strategy';
import { LocalStrategy } from './passport/local.strategy';
import { SessionTokensService } from './session-tokens.service';
import { RequiredPasswordService } from './sign-in/required-password.service';
import { SignInAnswers } from './sign-in/sign-in-answers';
import { AccountRecoveryController } from './recovery/account-recovery.controller';
import { AccountTokensPurge } from './recovery/account-tokens.purge';
import { AccountTokensRepository } from './recovery/account-tokens.repository';
import { AddressChecks } from './recovery/address-checks';
import { DemandedResetService } from './recovery/demanded-reset.service';
import { EmailChangeRequestsService } from './recovery/email-change-requests.service';
import { EmailChangeService } from './recovery/email-change.service';
import { EmailUndoService } from './recovery/email-undo.service';
import { EmailVerificationService } from './recovery/email-verification.service';
import { ForgottenPasswordsService } from './recovery/forgotten-passwords.service';
import { InvitationsService } from './recovery/invitations.service';
import { OwnEmailController } from './recovery/own-email.controller';
import { PasswordByMailService } from './recovery/password-by-mail.service';
import { PasswordResetService } from './recovery/password-reset.service';
import { RecoveryController } from './recovery/recovery.controller';
import { RecoveryRequests } from './recovery/recovery-requests';
import { ResetTokens } from './recovery/reset-tokens';
import { SecurityNotices } from './recovery/security-notices';
import { DevicesRepository } from './sign-in/devices/devices.repository';
import { DevicesService } from './sign-in/devices/devices.service';
import { SamlSignInService } from './saml/saml-sign-in.service';
import { SamlController } from './saml/saml.controller';
import { SignInAttemptsRepository } from './sign-in/sign-in-attempts.repository';
import { SignInAttemptsService } from './sign-in/sign-in-attempts.service';
import { SignInChallenges } from './sign-in/sign-in-challenges';
import { SignInChallengesPurge } from './sign-in/sign-in-challenges.purge';
import { SignInChallengesRepository } from './sign-in/sign-in-challenges.repository';
import { SignInMetrics } from './sign-in/sign-in.metrics';
import { SignInCompletion } from './sign-in/sign-in-completion';
import { SignInRefusals } from './sign-in/sign-in-refusals';
import { SignInService } from './sign-in/sign-in.service';
import { ReturnUrls } from './sso/return-urls';
import { ProviderSignInsRepository } from './sso/provider-sign-ins.repository';
import { ProviderSignIns } from './sso/provider-sign-ins.service';
import { ProviderSignOutsRepository } from './sso/provider-sign-outs.repository';
import { SsoLogoutService } from './sso/sso-logout.service';
import { SsoCodesRepository } from './sso/sso-codes.repository';
import { SsoConclusionService } from './sso/sso-conclusion.service';
import { SsoExchangeService } from './sso/sso-exchange.service';
import { SsoFlowsRepository } from './sso/sso-flows.repository';
import { SsoFlowsService } from './sso/sso-flows.service';
import { SsoController } from './sso/sso.controller';
import { AssuranceGuard } from './step-up/assurance.guard';
import { StepUpAssurance } from './step-up/step-up-assurance';
import { StepUpProofs } from './step-up/step-up-proofs';
import { StepUpController } from './step-up/step-up.controller';
import { StepUpService } from './step-up/step-up.service';
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
import { VerifiedTokensMetrics } from './tokens/verified-tokens.metrics';
import { WhoAmIService } from './who-am-i.service';
import './tokens/tokens.permissions';

/** Global for the one thing that others may ask without knowing the module: the port {@link AssurancePolicy}. */
@Global()
@Module({
  imports: [
    ConfigModule.forFeature(appConfig),
    ConfigModule.forFeature(authConfig),
    ConfigModule.forFeature(bootstrapConfig),
    ConfigModule.forFeature(ssoConfig),
    PassportModule,
    UsersModule,
    SessionsModule,
    RbacModule,
    IdentityProvidersModule,
    SigningKeysModule,
  ],
  controllers: [
    AuthController,
    LdapController,
    OwnIdentitiesController,
    SecondFactorController,
    OwnFactorsController,
    StepUpController,
    SsoController,
    OidcController,
    SamlController,
    JwksController,
    OwnAccountController,
    AccountsController,
    RecoveryController,
    OwnEmailController,
    AccountRecoveryController,
    AccountPrivacyController,
    TokensController,
    SigningKeysController,
  ],
  providers: [
    AuthenticationService,
    SessionTokensService,
    AuthenticationGuard,
    AssuranceGuard,
    { provide: AssurancePolicy, useClass: StepUpAssurance },
    SecondFactorPolicy,
    StepUpService,
    StepUpProofs,
    SecondFactors,
    SecondFactorSignInService,
    TotpFactors,
    TotpFactorsRepository,
    TotpEnrolmentService,
    TotpEnrolmentsPurge,
    EnrollingAccounts,
    EnrolmentConclusion,
    RecoveryCodes,
    RecoveryCodesRepository,
    OwnFactorsService,
    FactorChange,
    MfaResetService,
    WhoAmIService,
    ExternalSignInService,
    DirectoryAttempts,
    LdapSignInService,
    OwnIdentitiesService,
    AccountLinks,
    IdentityLinkingService,
    SignInService,
    SignInMetrics,
    RequiredPasswordService,
    SignInCompletion,
    SignInRefusals,
    SignInChallenges,
    SignInAnswers,
    DevicesService,
    DevicesRepository,
    SignInAttemptsService,
    SignInAttemptsRepository,
    SignInChallengesRepository,
    SignInChallengesPurge,
    SsoFlowsService,
    SamlSignInService,
    SsoFlowsRepository,
    ProviderSignInsRepository,
    ProviderSignIns,
    ProviderSignOutsRepository,
    SsoLogoutService,
    SsoCodesRepository,
    SsoExchangeService,
    SsoConclusionService,
    OidcSignInService,
    ReturnUrls,
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
    VerifiedTokensMetrics,
    AccountLifecycleService,
    AccountUnlockService,
    AccountPrivacyService,
    OwnAccountService,
    BootstrapAdministratorService,
    AccountTokensRepository,
    AccountTokensPurge,
    PasswordByMailService,
    ResetTokens,
    ForgottenPasswordsService,
    PasswordResetService,
    DemandedResetService,
    RecoveryRequests,
    InvitationsService,
    EmailVerificationService,
    EmailChangeRequestsService,
    EmailChangeService,
    EmailUndoService,
    SecurityNotices,
    AddressChecks,
    {
      provide: TokenIssuer,
      inject: [appConfig.KEY, Database],
      useFactory: (config: ConfigType<typeof appConfig>, database: Database) =>
        resolveTokenIssuer(config.publicUrl, database),
    },
  ],
  exports: [AccountUnlockService, AuthenticationGuard, AssuranceGuard, AssurancePolicy],
})
export class AuthModule {}
