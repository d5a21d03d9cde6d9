import { Module } from '@nestjs/common';
import { PassportRunner } from '../../infrastructure/passport';
import { HttpClientModule } from '../../infrastructure/http-client';
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
import './identity-providers.permissions';

@Module({
  imports: [HttpClientModule],
  controllers: [IdentityProvidersController, LoginProvidersController],
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
  ],
  exports: [ProviderDirectory, ProviderDrivers, LdapDirectoryService, OidcProviders],
})
export class IdentityProvidersModule {}
