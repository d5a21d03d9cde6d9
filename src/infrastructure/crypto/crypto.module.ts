import { Global, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { authConfig } from '../../config/auth.config';
import { secretsConfig } from '../../config/secrets.config';
import { Argon2PasswordHasher } from './argon2-password-hasher';
import { PasswordHasher } from './password-hasher';
import { SecretBox } from './secret-box';

@Global()
@Module({
  imports: [ConfigModule.forFeature(authConfig), ConfigModule.forFeature(secretsConfig)],
  providers: [
    { provide: PasswordHasher, useClass: Argon2PasswordHasher },
    {
      provide: SecretBox,
      inject: [secretsConfig.KEY],
      useFactory: (config: ConfigType<typeof secretsConfig>) => new SecretBox(config.rootSecrets),
    },
  ],
  exports: [PasswordHasher, SecretBox],
})
export class CryptoModule {}
