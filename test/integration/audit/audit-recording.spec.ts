import { v7 as uuidv7 } from 'uuid';
import {
  aPrincipal,
  openAuditDatabase,
  startAuditService,
  TestEvent,
  type AuditDatabase,
  type AuditService,
} from './audit-harness';

interface AuditRow {
  readonly id: string;
  readonly xid: string;
  readonly reason: string | null;
  readonly request_id: string | null;
  readonly actor_key_id: string;
  readonly changes: unknown;
  readonly ip_digest: Buffer;
  readonly typed_name_digest: Buffer;
}

const UNWRITABLE = 'a\0b';

describe('recording audit events', () => {
  let database: AuditDatabase;
  let service: AuditService;

  beforeAll(async () => {
    database = await openAuditDatabase();
    service = await startAuditService(database.url);
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const rowsOf = async (action: string): Promise<AuditRow[]> =>
    (
      await database.owner.query<AuditRow>('SELECT * FROM audit_events WHERE action = $1 ORDER BY id', [
        action,
      ])
    ).rows;

  it('commits an event together with the change that it tells of', async () => {
    await service.database.transaction(async () => {
      await service.publisher.publish(new TestEvent({ name: 'commit.together' }));
      expect(await rowsOf('commit.together')).toHaveLength(0);
    });

    expect(await rowsOf('commit.together')).toHaveLength(1);
  });

  it('rolls an event back together with its change', async () => {
    const failing = service.database.transaction(async () => {
      await service.publisher.publish(new TestEvent({ name: 'roll.back' }));
      throw new Error('the change failed');
    });

    await expect(failing).rejects.toThrow('the change failed');
    expect(await rowsOf('roll.back')).toHaveLength(0);
  });

  it('stops a change whose event cannot be written', async () => {
    const id = uuidv7();
    const insert = { name: 'test-insert', text: `INSERT INTO principals (id, type) VALUES ($1, 'user')` };
    const change = service.database.transaction(async () => {
      await service.database.change(insert, [id]);
      await service.publisher.publish(new TestEvent({ reason: UNWRITABLE }));
    });

    await expect(change).rejects.toThrow('invalid byte sequence');
    expect((await database.owner.query('SELECT 1 FROM principals WHERE id = $1', [id])).rowCount).toBe(0);
  });

  it('lets events outside of transactions share commits, each with the context of its own caller', async () => {
    const callers = Array.from({ length: 200 }, (_, index) => ({ id: uuidv7(), ip: `192.0.2.${index}` }));

    await Promise.all(
      callers.map((caller) =>
        service.as(caller, () =>
          service.publisher.publish(new TestEvent({ name: 'shared', reason: caller.id })),
        ),
      ),
    );

    const rows = await rowsOf('shared');
    expect(rows).toHaveLength(200);
    expect(rows.every((row) => row.request_id === row.reason)).toBe(true);
    expect(new Set(rows.map((row) => row.xid)).size).toBeLessThan(20);
    expect(new Set(rows.map((row) => row.id)).size).toBe(200);
    const { items } = await service.list(`requestId=${callers[42]!.id}`);
    expect(items.map((item) => item.ip)).toEqual(['192.0.2.42']);
  });

  it('fails only the caller whose event cannot be written', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        service.publisher.publish(
          new TestEvent({ name: 'one.bad', reason: index === 20 ? UNWRITABLE : 'good' }),
        ),
      ),
    );

    expect(results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([20]);
    expect(await rowsOf('one.bad')).toHaveLength(39);
  });

  it('writes each of the same facts once, in and out of transactions at the same time', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const publish = () => service.publisher.publish(new TestEvent({ name: 'mixed' }));
        return index % 2 === 0 ? publish() : service.database.transaction(publish);
      }),
    );

    expect(await rowsOf('mixed')).toHaveLength(60);
  });

  it('keeps personal data out of the clear', async () => {
    const principal = aPrincipal();
    const userAgent = 'Evil/1.0\r\n\u001b[31m"},{"x":1}';
    await service.as({ principal, userAgent, ip: '198.51.100.23' }, () =>
      service.publisher.publish(
        new TestEvent({
          name: 'personal',
          target: { type: 'user', id: principal.subject },
          changes: { status: { before: 'active', after: 'disabled' } },
          personalChanges: { email: { before: 'ada@example.com', after: 'ada\u202e@example.org' } },
          typedName: 'Ada\u001b[2J',
        }),
      ),
    );

    const [row] = await rowsOf('personal');
    const stored = JSON.stringify(
      Object.values({ ...row }).map((value: unknown) =>
        Buffer.isBuffer(value) ? value.toString('latin1') : value,
      ),
    );
    expect(stored).not.toMatch(/ada@example|198\.51\.100|Evil|Ada/);
    expect(row?.changes).toEqual({ status: { before: 'active', after: 'disabled' } });
    expect(row?.ip_digest).toHaveLength(32);
    expect(row?.typed_name_digest).toHaveLength(32);
    const { items } = await service.list('action=personal');
    expect(items[0]).toMatchObject({
      actor: { type: 'user', id: principal.subject },
      sessionId: principal.sessionId,
      ip: '198.51.100.23',
      userAgent,
      typedName: 'Ada\u001b[2J',
      changes: {
        status: { before: 'active', after: 'disabled' },
        email: { before: 'ada@example.com', after: 'ada\u202e@example.org' },
      },
    });
  });

  it('finds the same address and the same name, however spelled, by one digest a month', async () => {
    for (const typedName of ['Ada', ' ada', 'bob']) {
      await service.as({}, () => service.publisher.publish(new TestEvent({ name: 'digests', typedName })));
    }

    const rows = await rowsOf('digests');
    const [first, second, third] = rows.map((row) => row.typed_name_digest.toString('hex'));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(new Set(rows.map((row) => row.ip_digest.toString('hex'))).size).toBe(1);
  });

  it('does not remember a key that was made in a transaction that rolled back', async () => {
    const principal = aPrincipal();
    const publish = (name: string) =>
      service.as({ principal }, () => service.publisher.publish(new TestEvent({ name })));
    const failing = service.database.transaction(async () => {
      await publish('lost.key');
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');

    await publish('kept.key');

    const { items } = await service.list('action=kept.key');
    expect(items[0]?.ip).toBe('192.0.2.7');
  });

  it('makes one key for a person, however many processes meet the person at once', async () => {
    const other = await startAuditService(database.url);
    const principal = aPrincipal();

    await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const process = index % 2 === 0 ? service : other;
        const publish = () => process.publisher.publish(new TestEvent({ name: 'two.processes' }));
        return process.as({ principal }, () =>
          index % 4 < 2 ? publish() : process.database.transaction(publish),
        );
      }),
    );
    await other.close();

    const rows = await rowsOf('two.processes');
    expect(rows).toHaveLength(20);
    expect(new Set(rows.map((row) => row.actor_key_id)).size).toBe(1);
    const keys = await database.owner.query('SELECT id FROM audit_keys WHERE subject_id = $1', [
      principal.subject,
    ]);
    expect(keys.rows).toEqual([{ id: rows[0]?.actor_key_id }]);
    const { items } = await service.list('action=two.processes');
    expect(items.every((item) => item.ip === '192.0.2.7')).toBe(true);
  });
});
