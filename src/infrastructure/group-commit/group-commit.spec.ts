import { AsyncLocalStorage } from 'node:async_hooks';
import { GroupCommit } from './group-commit';

class Outage extends Error {}

/** Commits one batch at a time, when told to. A batch that holds a bad row fails as a whole. */
class FakeTable {
  readonly batches: (readonly string[])[] = [];
  readonly rows: string[] = [];
  failure: Error | undefined;
  private readonly pending: (() => void)[] = [];

  async write(rows: readonly string[]): Promise<string[]> {
    this.batches.push(rows);
    await new Promise<void>((resolve) => this.pending.push(resolve));
    if (this.failure !== undefined) throw this.failure;
    if (rows.some((row) => row.startsWith('bad'))) throw new Error('a bad row');
    this.rows.push(...rows);
    return rows.map((row) => row.toUpperCase());
  }

  async commit(): Promise<void> {
    this.pending.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  async commitAll(): Promise<void> {
    while (this.pending.length > 0) await this.commit();
  }
}

function start(maxRows = 100) {
  const table = new FakeTable();
  const group = new GroupCommit<string, string>({
    write: (rows) => table.write(rows),
    maxRows,
    isOutage: (error) => error instanceof Outage,
  });
  return { table, group };
}

describe('GroupCommit', () => {
  it('writes a row that comes alone at once', () => {
    const { table, group } = start();

    void group.join('a');

    expect(table.batches).toEqual([['a']]);
  });

  it('puts what arrives while a commit is in flight into the next one', async () => {
    const { table, group } = start();
    const joined = ['a', 'b', 'c', 'd'].map((row) => group.join(row));

    await table.commitAll();
    await Promise.all(joined);

    expect(table.batches).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('resolves a caller only once its own batch has committed', async () => {
    const { table, group } = start();
    const done: string[] = [];
    void group.join('a').then(() => done.push('a'));
    void group.join('b').then(() => done.push('b'));

    await table.commit();
    expect(done).toEqual(['a']);
    await table.commit();
    expect(done).toEqual(['a', 'b']);
  });

  it('gives each caller the result of its own row', async () => {
    const { table, group } = start();
    const joined = ['a', 'b', 'c'].map((row) => group.join(row));

    await table.commitAll();

    expect(await Promise.all(joined)).toEqual(['A', 'B', 'C']);
  });

  it('writes a batch in the context of none of its callers, who keep theirs', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const group = new GroupCommit<string, string>({
      write: (rows) => Promise.resolve(seen.push(storage.getStore())).then(() => rows),
      maxRows: 100,
      isOutage: () => false,
    });

    await storage.run('a request', async () => {
      await group.join('a');
      seen.push(storage.getStore());
    });

    expect(seen).toEqual([undefined, 'a request']);
  });

  it('bounds a batch and keeps the order of arrival', async () => {
    const { table, group } = start(2);
    const joined = ['a', 'b', 'c', 'd'].map((row) => group.join(row));

    await table.commitAll();
    await Promise.all(joined);

    expect(table.batches).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('fails only the caller of a bad row', async () => {
    const { table, group } = start();
    const results = Promise.allSettled(['a', 'b', 'bad', 'c'].map((row) => group.join(row)));

    await table.commitAll();

    expect((await results).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(table.rows).toEqual(['a', 'b', 'c']);
  });

  it('fails a whole batch at once in an outage and goes on afterwards', async () => {
    const { table, group } = start();
    table.failure = new Outage();
    const results = Promise.allSettled(['a', 'b', 'c'].map((row) => group.join(row)));
    await table.commitAll();
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(table.batches).toHaveLength(2);

    table.failure = undefined;
    const later = group.join('d');
    await table.commitAll();
    await later;

    expect(table.rows).toEqual(['d']);
  });
});
