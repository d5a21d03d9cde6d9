import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { SecretBox, SecretBoxError } from '../../infrastructure/crypto';
import { Database } from '../../infrastructure/database';
import {
  AUDIT_KEY_PURPOSE,
  AuditKeysRepository,
  type AuditKeyOwner,
  type StoredAuditKey,
} from './audit-keys.repository';
import type { PersonalKeys } from './opened-personal';
import { PERSONAL_KEY_BYTES } from './personal-cipher';

interface AuditKey {
  readonly id: string;
  readonly key: Buffer;
}

const MAX_CACHED = 10_000;
/** How long a key that was erased elsewhere may still encrypt here. What it encrypts, nobody can read. */
const CACHE_TTL_MS = 600_000;

/** The data keys of persons and months. Whoever destroys a key's row erases what was encrypted under it. */
@Injectable()
export class AuditKeyRing {
  private readonly cache = new LRUCache<string, AuditKey>({ max: MAX_CACHED, ttl: CACHE_TTL_MS });

  constructor(
    private readonly database: Database,
    private readonly keys: AuditKeysRepository,
    private readonly box: SecretBox,
  ) {}

  /** The owner's one key, made in the current transaction where there is none yet. */
  async getOrCreate(owner: AuditKeyOwner): Promise<AuditKey> {
    const cached = this.cache.get(owner.value);
    if (cached !== undefined) return cached;
    const key = this.open((await this.keys.findByOwner(owner)) ?? (await this.create(owner)));
    // Even a key that was found may be this transaction's own, and gone if it rolls back.
    await this.database.afterCommit(() => {
      this.cache.set(owner.value, key);
      return Promise.resolve();
    });
    return key;
  }

  /** Those of the keys that still exist; from the table, so that an erased one is never used to read. */
  async findAll(ids: readonly (string | null)[]): Promise<PersonalKeys> {
    const wanted = new Set(ids.filter((id) => id !== null));
    if (wanted.size === 0) return new Map();
    const stored = await this.keys.findByIds([...wanted]);
    return new Map(stored.map((key) => [key.id, this.openIfSound(key)]));
  }

  private openIfSound(stored: StoredAuditKey): Buffer | null {
    try {
      return this.open(stored).key;
    } catch (error) {
      if (error instanceof SecretBoxError) return null;
      throw error;
    }
  }

  private create(owner: AuditKeyOwner): Promise<StoredAuditKey> {
    const id = uuidv7();
    const ciphertext = this.box.seal(AUDIT_KEY_PURPOSE, randomBytes(PERSONAL_KEY_BYTES), id);
    return this.keys.insertOrFind(owner, { id, ciphertext });
  }

  private open({ id, ciphertext }: StoredAuditKey): AuditKey {
    return { id, key: this.box.open(AUDIT_KEY_PURPOSE, ciphertext, id) };
  }
}
