import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { uuidField } from '../../common/validation';
import { SnapshotCache } from '../../infrastructure/cache';
import { UsersService } from './users.service';

const TTL_MS = 30_000;

/** What of an account never changes while it exists. */
const UserSnapshot = z.object({ id: uuidField, username: z.string() });
export type UserSnapshot = z.infer<typeof UserSnapshot>;

/** Names for people to read, at most half a minute behind; what an account may do is never decided by them. */
@Injectable()
export class UserSnapshotsService {
  constructor(
    private readonly users: UsersService,
    private readonly cache: SnapshotCache,
  ) {}

  /** @throws DomainError `USER.NOT_FOUND` */
  get(id: string): Promise<UserSnapshot> {
    const options = { schema: UserSnapshot, isOf: (found: UserSnapshot) => found.id === id, ttlMs: TTL_MS };
    return this.cache.remember(`user:${id}`, options, async () => {
      const { username } = await this.users.getById(id);
      return { id, username };
    });
  }
}
