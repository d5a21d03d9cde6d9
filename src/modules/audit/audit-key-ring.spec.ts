import { SecretBox } from '../../infrastructure/crypto';
import type { Database } from '../../infrastructure/database';
import { AuditKeyRing } from './audit-key-ring';
import type { AuditKeyOwner, AuditKeysRepository, StoredAuditKey } from './audit-keys.repository';

const owner: AuditKeyOwner = { kind: 'subject', value: 'ada' };

class FakeTransactions {
  private effects: (() => Promise<void>)[] | undefined;

  begin(): void {
    this.effects = [];
  }

  async commit(): Promise<void> {
    for (const effect of this.effects ?? []) await effect();
    this.effects = undefined;
  }

  rollBack(): void {
    this.effects = undefined;
  }

  async afterCommit(effect: () => Promise<void>): Promise<void> {
    if (this.effects === undefined) await effect();
    else this.effects.push(effect);
  }
}

class FakeKeys {
  readonly rows = new Map<string, StoredAuditKey>();
  reads = 0;

  findByOwner({ value }: AuditKeyOwner): Promise<StoredAuditKey | null> {
    this.reads++;
    return Promise.resolve(this.rows.get(value) ?? null);
  }

  findByIds(ids: readonly string[]): Promise<StoredAuditKey[]> {
    return Promise.resolve([...this.rows.values()].filter(({ id }) => ids.includes(id)));
  }

  insertOrFind({ value }: AuditKeyOwner, key: StoredAuditKey): Promise<StoredAuditKey> {
    const stored = this.rows.get(value) ?? key;
    this.rows.set(value, stored);
    return Promise.resolve(stored);
  }
}

function start() {
  const transactions = new FakeTransactions();
  const keys = new FakeKeys();
  const ring = (): AuditKeyRing =>
    new AuditKeyRing(
      transactions as unknown as Database,
      keys as unknown as AuditKeysRepository,
      new SecretBox(['a root secret']),
    );
  return { transactions, keys, ring };
}

describe('AuditKeyRing', () => {
  it('gives the same key to every ring', async () => {
    const { ring } = start();

    expect(await ring().getOrCreate(owner)).toEqual(await ring().getOrCreate(owner));
  });

  it('reads a key once', async () => {
    const { ring, keys } = start();
    const one = ring();

    await one.getOrCreate(owner);
    await one.getOrCreate(owner);

    expect(keys.reads).toBe(1);
  });

  it('forgets a key whose transaction rolled back', async () => {
    const { ring, keys, transactions } = start();
    const one = ring();
    transactions.begin();
    const lost = await one.getOrCreate(owner);
    transactions.rollBack();
    keys.rows.clear();

    expect((await one.getOrCreate(owner)).id).not.toBe(lost.id);
  });

  it('remembers a key whose transaction committed', async () => {
    const { ring, keys, transactions } = start();
    const one = ring();
    transactions.begin();
    const made = await one.getOrCreate(owner);
    await transactions.commit();

    expect(await one.getOrCreate(owner)).toBe(made);
    expect(keys.reads).toBe(1);
  });

  it('does not read with a key that was erased, even if it still remembers it', async () => {
    const { ring, keys } = start();
    const one = ring();
    const { id, key } = await one.getOrCreate(owner);
    expect(await one.findAll([id])).toEqual(new Map([[id, key]]));

    keys.rows.clear();

    expect(await one.findAll([id])).toEqual(new Map());
  });

  it('opens no key that was moved to another row', async () => {
    const { ring, keys } = start();
    await ring().getOrCreate(owner);
    const stored = keys.rows.get('ada')!;
    keys.rows.set('ada', { ...stored, id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' });

    await expect(ring().getOrCreate(owner)).rejects.toThrow('A stored secret cannot be opened');
    const moved = keys.rows.get('ada')!.id;
    expect(await ring().findAll([moved])).toEqual(new Map([[moved, null]]));
  });
});
