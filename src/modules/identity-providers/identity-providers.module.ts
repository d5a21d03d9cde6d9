import { Module } from '@nestjs/common';
import { PassportRunner } from '../../infrastructure/passport';
import { HttpClientModule } from '../../infrastructure/http-client';
import { ConfigModule } from '@nestjs/config';
import { appConfig } from '../../config/app.config';
import { CertificateWatch } from './certificates/certificate-watch';
import { IdentityProvidersController } from './identity-providers.controller';
import { IdentityProvidersRepository } from './identity-providers.repository';
import { IdentityProvidersService } from './identity-providers.service';
import { LdapDirectoryService } from './ldap/ldap-directory.service';
import { LdapDriverFactory } from './ldap/ldap-driver.factory';
import { LoginProvidersController } from './login-providers.controller';
import { LoginProvidersService } from './login-providers.service';
import { OidcProviders } from './oidc/oidc-providers';
import { ProviderDirectory } from './provider-directory';
import { ProviderDrivers } from './provider-drivers';
import { ProviderSecrets } from './provider-secrets';
import { ProviderTrialService } from './provider-trial.service';
import { ProviderWriter } from './provider-writer';
import { SamlMetadataController } from './saml/saml-metadata.controller';
import { SamlDriverFactory } from './saml/saml.driver';
import { SamlService } from './saml/saml.service';
import { SpentAssertionsRepository } from './saml/spent-assertions.repository';
import './identity-providers.permissions';

@Module({
  imports: [ConfigModule.forFeature(appConfig), HttpClientModule],
  controllers: [IdentityProvidersController, LoginProvidersController, SamlMetadataController],
  providers: [
    PassportRunner,
    LdapDriverFactory,
    LdapDirectoryService,
    IdentityProvidersRepository,
    IdentityProvidersService,
    ProviderWriter,
    ProviderSecrets,
    ProviderTrialService,
    ProviderDirectory,
    ProviderDrivers,
    LoginProvidersService,
    OidcProviders,
    SamlService,
    SamlDriverFactory,
    SpentAssertionsRepository,
    CertificateWatch,
  ],
  exports: [ProviderDirectory, ProviderDrivers, LdapDirectoryService, OidcProviders, SamlService],
})
export class IdentityProvidersModule {}
