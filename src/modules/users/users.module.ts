import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SubjectDirectory } from '../../common/access';
import { authConfig } from '../../config/auth.config';
import { AccountStatusRepository } from './account-status.repository';
import { AccountStatusService } from './account-status.service';
import { CredentialsService } from './credentials.service';
import { DigestCosts } from './digest-costs';
import { EmailAddressesRepository } from './email-addresses.repository';
import { EmailAddressesService } from './email-addresses.service';
import { ExternalIdentitiesRepository } from './identities/external-identities.repository';
import { ExternalIdentitiesService } from './identities/external-identities.service';
import { NewPasswords } from './new-passwords';
import { UserEntity } from './user.entity';
import { UsersController } from './users.controller';
import { UserSnapshotsService } from './user-snapshots.service';
import { UserPersonalData } from './user-personal-data';
import { UsersRepository } from './users.repository';
import { UserDirectory } from './user-directory';
import { UsersService } from './users.service';
import './users.permissions';

/** Global for the one thing that others may ask without knowing the module: the port {@link SubjectDirectory}. */
@Global()
@Module({
  imports: [ConfigModule.forFeature(authConfig), TypeOrmModule.forFeature([UserEntity])],
  controllers: [UsersController],
  providers: [
    UsersRepository,
    UsersService,
    AccountStatusRepository,
    AccountStatusService,
    CredentialsService,
    EmailAddressesRepository,
    EmailAddressesService,
    DigestCosts,
    NewPasswords,
    ExternalIdentitiesRepository,
    ExternalIdentitiesService,
    UserSnapshotsService,
    UserPersonalData,
    { provide: SubjectDirectory, useClass: UserDirectory },
  ],
  exports: [
    UsersService,
    AccountStatusService,
    CredentialsService,
    EmailAddressesService,
    ExternalIdentitiesService,
    UserSnapshotsService,
    SubjectDirectory,
  ],
})
export class UsersModule {}
