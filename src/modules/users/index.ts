export { CredentialsService } from './credentials.service';
export { UpdateOwnProfileBody, UpdateUserBody } from './dto/user.bodies';
export type { ExternalIdentity, ProvisionedAccount } from './identities/external-identity';
export { ExternalIdentitiesService } from './identities/external-identities.service';
export { toUserResponse, UserResponse } from './dto/user.response';
export { UserSnapshotsService } from './user-snapshots.service';
export { UsersModule } from './users.module';
export type { UserCredentials } from './users.repository';
export { UsersService } from './users.service';
