import { setTimeout as sleep } from 'node:timers/promises';
import type { Statement } from '../../src/infrastructure/database';
import { openTestDatabase } from '../support/open-database';

const INSERT = { name: 'test-insert', text: `INSERT INTO principals (id, type) VALUES ($1, 'user')` };
const FIND = { name: 'test-find', text: 'SELECT id FROM principals WHERE id = ANY ($1::uuid[])' };
const FAIL = { name: 'test-fail', text: 'SELECT 1 / 0' };
const INSERT_ALL = {
  name: 'test-insert-all',
  text: `INSERT INTO principals (id, type) SELECT id, 'user' FROM unnest($1::uuid[]) AS id`,
  valuesOf: (ids: readonly string[]) => [ids],
};

describe('transactions', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  let made = 0;

  beforeAll(async () => {
    opened = await openTestDatabase();
  });

  afterAll(() => opened.close());

  const newIds = (count: number): string[] =>
    Array.from({ length: count }, () => `00000000-0000-7000-9000-${String(++made).padStart(12, '0')}`);
  const run = (statement: Statement, values: readonly unknown[] = []): Promise<unknown[]> =>
    opened.database.query(statement, values);
  const found = async (ids: readonly string[]): Promise<number> => (await run(FIND, [ids])).length;

  it('run statements that do not wait for each other in their order, and commit all of them', async () => {
    const ids = newIds(20);
    const seen = await opened.database.transaction(() =>
      Promise.all(
        ids.map(async (id) => {
          void run(INSERT, [id]);
          return found(ids);
        }),
      ),
    );

    expect(seen).toEqual(ids.map((_, index) => index + 1));
    expect(await found(ids)).toBe(20);
  });

  it('undo everything when one of several statements on their way fails', async () => {
    const ids = newIds(2);
    const failing = opened.database.transaction(() =>
      Promise.all([run(INSERT, [ids[0]]), run(FAIL), run(INSERT, [ids[1]])]),
    );

    await expect(failing).rejects.toThrow('division by zero');
    expect(await found(ids)).toBe(0);
  });

  it('write the collected rows last, or undo everything where they cannot be written', async () => {
    const ids = newIds(3);
    const write = (collected: readonly (string | undefined)[]): Promise<void> =>
      opened.database.transaction(async () => {
        for (const id of collected) await opened.database.beforeCommit(INSERT_ALL, id!);
        await run(INSERT, [ids[0]]);
      });

    await expect(write([ids[1], ids[0]])).rejects.toThrow('duplicate key');
    expect(await found(ids)).toBe(0);
    await write([ids[1], ids[2]]);
    expect(await found(ids)).toBe(3);
  });

  it('are not said to be committed when somebody swallowed the error of a statement', async () => {
    const ids = newIds(1);
    const swallowing = opened.database.transaction(async () => {
      await run(INSERT, [ids[0]]);
      await run(FAIL).catch(() => undefined);
    });

    await expect(swallowing).rejects.toThrow('nothing is written');
    expect(await found(ids)).toBe(0);
  });

  it('take no statement once they are over, whose connection another may have by then', async () => {
    const ids = newIds(2);
    let late: Promise<unknown> = Promise.resolve();
    const another = opened.database.transaction(() => sleep(200));
    await opened.database.transaction(async () => {
      await run(INSERT, [ids[0]]);
      late = sleep(50).then(() =>
        Promise.allSettled([run(INSERT, [ids[1]]), opened.database.beforeCommit(INSERT_ALL, ids[1]!)]),
      );
    });

    const refused = { status: 'rejected', reason: new Error('The transaction is over') };
    expect(await late).toEqual([refused, refused]);
    await another;
    expect(await found(ids)).toBe(1);
  });
});
