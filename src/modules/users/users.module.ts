import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CredentialsService } from './credentials.service';
import { UserEntity } from './user.entity';
import { UsersController } from './users.controller';
import { UserSnapshotsService } from './user-snapshots.service';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';
import './users.permissions';

@Module({
  imports: [TypeOrmModule.forFeature([UserEntity])],
  controllers: [UsersController],
  providers: [UsersRepository, UsersService, CredentialsService, UserSnapshotsService],
  exports: [UsersService, CredentialsService, UserSnapshotsService],
})
export class UsersModule {}
