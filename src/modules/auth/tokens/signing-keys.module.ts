import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { signingKeysConfig } from '../../../config/signing-keys.config';
import { KeyRing } from './key-ring';
import { SigningKeysRepository } from './signing-keys.repository';
import { SigningKeysService } from './signing-keys.service';

const configuration = ConfigModule.forFeature(signingKeysConfig);

/** The key ring by itself, which neither turns it nor serves it: what a command needs. */
@Module({
  imports: [configuration],
  providers: [KeyRing, SigningKeysService, SigningKeysRepository],
  exports: [configuration, KeyRing, SigningKeysService],
})
export class SigningKeysModule {}
