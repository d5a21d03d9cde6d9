import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { appConfig } from '../../config/app.config';
import { IdentityProvidersController } from './identity-providers.controller';
import { IdentityProvidersRepository } from './identity-providers.repository';
import { IdentityProvidersService } from './identity-providers.service';
import { LoginProvidersController } from './login-providers.controller';
import { LoginProvidersService } from './login-providers.service';
import { ProviderDirectory } from './provider-directory';
import { ProviderDrivers } from './provider-drivers';
import { ProviderSecrets } from './provider-secrets';
import { ProviderTrialService } from './provider-trial.service';
import { ProviderWriter } from './provider-writer';
import { CertificateWatch } from './saml/certificate-watch';
import { SamlMetadataController } from './saml/saml-metadata.controller';
import { SamlDriverFactory } from './saml/saml.driver';
import { SamlService } from './saml/saml.service';
import { SpentAssertionsRepository } from './saml/spent-assertions.repository';
import './identity-providers.permissions';

@Module({
  imports: [ConfigModule.forFeature(appConfig)],
  controllers: [IdentityProvidersController, LoginProvidersController, SamlMetadataController],
  providers: [
    IdentityProvidersRepository,
    IdentityProvidersService,
    ProviderWriter,
    ProviderSecrets,
    ProviderTrialService,
    ProviderDirectory,
    ProviderDrivers,
    LoginProvidersService,
    SamlService,
    SamlDriverFactory,
    SpentAssertionsRepository,
    CertificateWatch,
  ],
  exports: [ProviderDirectory, ProviderDrivers, SamlService],
})
export class IdentityProvidersModule {}
