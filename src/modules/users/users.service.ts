import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../common/errors';
import { EventPublisher, type FieldChange } from '../../common/events';
import type { Page } from '../../common/http';
import { canonicalName } from '../../common/validation';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { schemeOf } from '../../infrastructure/crypto';
import { Database, isUniqueViolation } from '../../infrastructure/database';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import type { ImportedUser } from './dto/imported-user';
import type { CreateUserBody, ListUsersQuery, UpdateUserBody } from './dto/user.bodies';
import { UserCreatedEvent, UserDeletedEvent, UserUpdatedEvent } from './events/user.events';
import { NewPasswords } from './new-passwords';
import type { UserEntity } from './user.entity';
import { UsersRepository, type NewUser } from './users.repository';

const LIST = 'users';

/** Accounts: who exists. What ends with an account (sessions, grants) is auth's to join. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly database: Database,
    private readonly newPasswords: NewPasswords,
    private readonly events: EventPublisher,
    private readonly feed: ChangeFeed,
    private readonly cursors: CursorCodec,
  ) {}

  /**
   * @throws DomainError `USER.USERNAME_TAKEN`, `USER.EMAIL_TAKEN`, `USER.PASSWORD_TOO_SHORT`,
   * `USER.PASSWORD_TOO_WEAK`
   */
  async create(input: CreateUserBody, options: { mustChangePassword?: boolean } = {}): Promise<UserEntity> {
    const { password } = input;
    const passwordHash =
      password === undefined ? null : await this.newPasswords.digestOf(password, input, '/password');
    return this.insert(input, {
      passwordHash,
      passwordScheme: null,
      mustChangePassword: options.mustChangePassword ?? false,
    });
  }

  /**
   * Takes over an account of another system, with the digest of its password, which is replaced by one of ours at the
   * first sign-in.
   *
   * @throws DomainError `USER.USERNAME_TAKEN`, `USER.EMAIL_TAKEN`
   */
  importUser(user: ImportedUser): Promise<UserEntity> {
    const { passwordHash = null, ...input } = user;
    const passwordScheme = passwordHash === null ? null : schemeOf(passwordHash);
    return this.insert(input, { passwordHash, passwordScheme, mustChangePassword: false });
  }

  /** @throws DomainError `USER.NOT_FOUND` */
  async getById(id: string): Promise<UserEntity> {
    const user = await this.users.findById(id);
    if (user === null) throw new DomainError('USER.NOT_FOUND');
    return user;
  }

  find(id: string): Promise<UserEntity | null> {
    return this.users.findById(id);
  }

  /** Also of an account that is deleted. @throws DomainError `USER.NOT_FOUND` */
  async requireEverExisted(id: string): Promise<void> {
    if (!(await this.users.existedEver(id))) throw new DomainError('USER.NOT_FOUND');
  }

  async list(query: ListUsersQuery): Promise<Page<UserEntity>> {
    const afterId = query.cursor === undefined ? undefined : this.cursors.decode(LIST, query.cursor)[0];
    const rows = await this.users.findPage(afterId, query.limit + 1);
    return keysetPage(rows, query.limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /** @throws DomainError `USER.NOT_FOUND`, `USER.EMAIL_TAKEN`, `REQUEST.PRECONDITION_FAILED` */
  update(id: string, version: number, change: UpdateUserBody): Promise<UserEntity> {
    return this.database.transaction(async () => {
      const before = await this.getById(id);
      const email = change.email ?? before.email;
      const displayName = change.displayName ?? before.displayName;
      const updated = await this.unlessTaken(() =>
        this.users.updateProfile(id, version, {
          email,
          emailKey: canonicalName(email),
          emailVerified: before.emailVerified && canonicalName(email) === canonicalName(before.email),
          displayName,
        }),
      );
      if (!updated) throw new DomainError('REQUEST.PRECONDITION_FAILED');
      // Where recovery goes has changed: what was issued before is of a past epoch.
      if (canonicalName(email) !== canonicalName(before.email)) await this.feed.append('user.epoch', [id]);
      const changes = {
        ...changed('email', before.email, email),
        ...changed('displayName', before.displayName, displayName),
      };
      await this.events.publish(new UserUpdatedEvent(id, changes));
      return this.getById(id);
    });
  }

  /** The names are free again at once; the id is never given out again. */
  async delete(id: string, version: number): Promise<void> {
    await this.database.transaction(async () => {
      const { username, email, displayName } = await this.getById(id);
      if (!(await this.users.delete(id, version))) throw new DomainError('REQUEST.PRECONDITION_FAILED');
      const personal = {
        username: { before: username },
        email: { before: email },
        displayName: { before: displayName },
      };
      await this.events.publish(new UserDeletedEvent(id, personal));
    });
  }

  private insert(
    { username, email, displayName }: Omit<CreateUserBody, 'password'>,
    password: Pick<NewUser, 'passwordHash' | 'passwordScheme' | 'mustChangePassword'>,
  ): Promise<UserEntity> {
    const id = uuidv7();
    return this.database.transaction(async () => {
      const names = { usernameKey: canonicalName(username), emailKey: canonicalName(email) };
      await this.unlessTaken(() =>
        this.users.insert({ id, username, email, displayName, ...names, ...password }),
      );
      const personal = {
        username: { after: username },
        email: { after: email },
        displayName: { after: displayName },
      };
      await this.events.publish(new UserCreatedEvent(id, personal));
      return this.getById(id);
    });
  }

  private async unlessTaken<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (isUniqueViolation(error, 'uq_users_username'))
        throw new DomainError('USER.USERNAME_TAKEN', { cause: error });
      if (isUniqueViolation(error, 'uq_users_email'))
        throw new DomainError('USER.EMAIL_TAKEN', { cause: error });
      throw error;
    }
  }
}

function changed(field: string, before: string, after: string): Record<string, FieldChange> {
  return before === after ? {} : { [field]: { before, after } };
}
