export { CredentialsService } from './credentials.service';
export { ImportedUser } from './dto/imported-user';
export { UpdateOwnProfileBody, UpdateUserBody } from './dto/user.bodies';
export { toUserResponse, UserResponse } from './dto/user.response';
export { EmailAddressesService } from './email-addresses.service';
export { UserSnapshotsService } from './user-snapshots.service';
export { UsersModule } from './users.module';
export type { UserCredentials } from './users.repository';
export { UsersService } from './users.service';
