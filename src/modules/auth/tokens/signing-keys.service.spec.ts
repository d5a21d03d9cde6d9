import type { ConfigType } from '@nestjs/config';
import type { DomainEvent, EventPublisher } from '../../../common/events';
import type { signingKeysConfig } from '../../../config/signing-keys.config';
import type { ChangeFeed } from '../../../infrastructure/change-feed';
import { SecretBox } from '../../../infrastructure/crypto';
import type { Database } from '../../../infrastructure/database';
import type {
  NewSigningKey,
  SigningKeyRow,
  SigningKeysRepository,
  SigningKeyStatus,
} from './signing-keys.repository';
import { SigningKeysService } from './signing-keys.service';

const CONFIG = {
  algorithm: 'ES256',
  rotationSeconds: 1_000,
  leadSeconds: 100,
} as ConfigType<typeof signingKeysConfig>;

/** The ring in memory, with a clock of its own; notes whether it was changed without the lock. */
class FakeRepository {
  rows: SigningKeyRow[] = [];
  isLocked = false;

  lock(): Promise<void> {
    this.isLocked = true;
    return Promise.resolve();
  }

  findAll(): Promise<SigningKeyRow[]> {
    return Promise.resolve(this.rows);
  }

  insert(key: NewSigningKey): Promise<void> {
    const dates = { createdAt: new Date(), activatedAt: null, retiredAt: null };
    return this.change([...this.rows, { ...key, ...dates, secondsInStatus: 0 }]);
  }

  setStatus(kid: string, status: SigningKeyStatus): Promise<void> {
    return this.change(
      this.rows.map((row) => (row.kid === kid ? { ...row, status, secondsInStatus: 0 } : row)),
    );
  }

  delete(kid: string): Promise<void> {
    return this.change(this.rows.filter((row) => row.kid !== kid));
  }

  passTime(seconds: number): void {
    this.rows = this.rows.map((row) => ({ ...row, secondsInStatus: row.secondsInStatus + seconds }));
  }

  private change(rows: SigningKeyRow[]): Promise<void> {
    if (!this.isLocked) throw new Error('The ring was changed without its lock');
    this.rows = rows;
    return Promise.resolve();
  }
}

const aService = (config = CONFIG) => {
  const repository = new FakeRepository();
  const events: string[] = [];
  const fed: string[][] = [];
  const database = {
    transaction: async <T>(work: () => Promise<T>): Promise<T> => {
      const result = await work();
      repository.isLocked = false;
      return result;
    },
  };
  const service = new SigningKeysService(
    config,
    repository as unknown as SigningKeysRepository,
    new SecretBox(['kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u']),
    database as unknown as Database,
    { append: (_: string, kids: string[]) => Promise.resolve(fed.push(kids)) } as unknown as ChangeFeed,
    { publish: ({ name }: DomainEvent) => Promise.resolve(events.push(name)) } as unknown as EventPublisher,
  );
  const statuses = () => repository.rows.map(({ status }) => status);
  return { service, repository, events, fed, statuses };
};

describe('SigningKeysService', () => {
  it('makes the first key, once, and tells the processes and the trail', async () => {
    const { service, repository, events, fed, statuses } = aService();
    await service.advance();
    await service.advance();
    expect(statuses()).toEqual(['active']);
    expect(events).toEqual(['signing-key.published', 'signing-key.activated']);
    expect(fed).toEqual([[repository.rows[0]?.kid]]);
  });

  it('leads a key through its whole life', async () => {
    const { service, repository, events, statuses } = aService();
    await service.advance();
    repository.passTime(899);
    await service.advance();
    expect(statuses()).toEqual(['active']);
    repository.passTime(1);
    await service.advance();
    expect(statuses()).toEqual(['active', 'next']);
    repository.passTime(100);
    await service.advance();
    expect(statuses()).toEqual(['retiring', 'active']);
    repository.passTime(899);
    await service.advance();
    expect(statuses()).toEqual(['retiring', 'active']);
    repository.rows = repository.rows.map((row) =>
      row.status === 'retiring' ? { ...row, secondsInStatus: 4_201 } : row,
    );
    await service.advance();
    expect(statuses()).toEqual(['active']);
    expect(events.at(-1)).toBe('signing-key.removed');
  });

  it('rotates on command once, however often it is told', async () => {
    const { service, statuses, fed } = aService();
    await service.advance();
    await service.rotate();
    await service.rotate();
    expect(statuses()).toEqual(['active', 'next']);
    expect(fed).toHaveLength(2);
  });

  it('lets another key sign in the same transaction in which the active one is revoked', async () => {
    const { service, repository, events, fed, statuses } = aService();
    await service.advance();
    await service.revoke(repository.rows[0]!.kid);
    expect(statuses()).toEqual(['revoked', 'active']);
    expect(fed.at(-1)).toEqual(repository.rows.map(({ kid }) => kid));
    expect(events.slice(2)).toEqual([
      'signing-key.revoked',
      'signing-key.published',
      'signing-key.activated',
    ]);
  });

  it('revokes every key in the greatest emergency', async () => {
    const { service, statuses } = aService();
    await service.advance();
    await service.rotate();
    await service.revokeAll();
    expect(statuses()).toEqual(['revoked', 'revoked', 'active']);
  });

  it('knows no other keys to revoke', async () => {
    const { service } = aService();
    await service.advance();
    await expect(service.revoke('unknown')).rejects.toMatchObject({ code: 'AUTH.SIGNING_KEY_NOT_FOUND' });
  });

  it('brings in another algorithm as a next key', async () => {
    const { service, repository, statuses } = aService({ ...CONFIG, algorithm: 'RS256' });
    await service.advance();
    repository.rows = repository.rows.map((row) => ({ ...row, algorithm: 'ES256' as const }));
    await service.adoptAlgorithm();
    await service.adoptAlgorithm();
    expect(statuses()).toEqual(['active', 'next']);
    expect(repository.rows[1]?.algorithm).toBe('RS256');
  });
});
