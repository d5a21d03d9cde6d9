import { Injectable } from '@nestjs/common';
import { SubjectDirectory } from '../../common/access';
import { canonicalName } from '../../common/validation';
import { UsersRepository } from './users.repository';

@Injectable()
export class UserDirectory extends SubjectDirectory {
  constructor(private readonly users: UsersRepository) {
    super();
  }

  override async findUserIds(usernames: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const idOf = await this.users.findIdsByUsername([...new Set(usernames.map(canonicalName))]);
    return new Map(
      usernames.flatMap((name) => {
        const id = idOf.get(canonicalName(name));
        return id === undefined ? [] : [[name, id] as const];
      }),
    );
  }

  override findUsernames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.users.findUsernames(ids);
  }
}
