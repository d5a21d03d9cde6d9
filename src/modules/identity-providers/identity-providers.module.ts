import { Module } from '@nestjs/common';
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
import './identity-providers.permissions';

@Module({
  controllers: [IdentityProvidersController, LoginProvidersController],
  providers: [
    IdentityProvidersRepository,
    IdentityProvidersService,
    ProviderWriter,
    ProviderSecrets,
    ProviderTrialService,
    ProviderDirectory,
    ProviderDrivers,
    LoginProvidersService,
  ],
  exports: [ProviderDirectory, ProviderDrivers],
})
export class IdentityProvidersModule {}
