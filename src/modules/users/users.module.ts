import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SubjectDirectory } from '../../common/access';
import { CredentialsService } from './credentials.service';
import { ExternalIdentitiesRepository } from './identities/external-identities.repository';
import { ExternalIdentitiesService } from './identities/external-identities.service';
import { UserEntity } from './user.entity';
import { UsersController } from './users.controller';
import { UserSnapshotsService } from './user-snapshots.service';
import { UsersRepository } from './users.repository';
import { UserDirectory } from './user-directory';
import { UsersService } from './users.service';
import './users.permissions';

/** Global for the one thing that others may ask without knowing the module: the port {@link SubjectDirectory}. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([UserEntity])],
  controllers: [UsersController],
  providers: [
    UsersRepository,
    UsersService,
    CredentialsService,
    UserSnapshotsService,
    ExternalIdentitiesRepository,
    ExternalIdentitiesService,
    { provide: SubjectDirectory, useClass: UserDirectory },
  ],
  exports: [
    ExternalIdentitiesService,
    UsersService,
    CredentialsService,
    UserSnapshotsService,
    SubjectDirectory,
  ],
})
export class UsersModule {}
