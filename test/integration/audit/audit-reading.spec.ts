import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import {
  auditor,
  openAuditDatabase,
  startAuditService,
  TestEvent,
  type AuditDatabase,
  type AuditPage,
  type AuditService,
} from './audit-harness';

describe('reading the audit trail', () => {
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

  const list = (filters: Record<string, string | number>): Promise<AuditPage> =>
    service.list(
      Object.entries(filters)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&'),
    );
  const insertAt = (action: string, at: string, id = uuidv7()): Promise<unknown> =>
    database.owner.query(
      `INSERT INTO audit_events (id, at, action, outcome, actor_type, target_type)
       VALUES ($1, $2, $3, 'success', 'system', 'test')`,
      [id, at, action],
    );

  it('answers the documented shape', async () => {
    const requestId = uuidv7();
    await service.as({ id: requestId }, () =>
      service.publisher.publish(
        new TestEvent({ name: 'shape', outcome: 'failure', reason: 'unknown_user', typedName: 'nobody' }),
      ),
    );

    const { items, nextCursor } = await list({ action: 'shape' });

    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sequence: null,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        action: 'shape',
        outcome: 'failure',
        reason: 'unknown_user',
        actor: { type: 'anonymous', id: null },
        target: { type: 'role', id: 'role-1' },
        requestId,
        ip: '192.0.2.7',
        userAgent: 'test',
        typedName: 'nobody',
      },
    ]);
    expect((await service.get(`/v1/audit/events/${items[0]!.id}`)).body).toEqual(items[0]);
  });

  it('pages newest first, loses none and shows none twice, even at one and the same microsecond', async () => {
    const times = Array.from({ length: 25 }, (_, index) => `2026-03-01T00:00:00.00000${index % 3}Z`);
    for (const at of times) await insertAt('paged', at);

    const seen: { at: string; id: string }[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ action: 'paged', limit: 4, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);

    const keys = seen.map(({ at, id }) => `${at} ${id}`);
    expect(keys).toHaveLength(25);
    expect(keys).toEqual([...new Set(keys)].sort().reverse());
  });

  it('goes on behind a cursor whatever arrives in the meantime', async () => {
    for (const second of [1, 2, 3]) await insertAt('moving', `2026-03-02T00:00:0${second}Z`);
    const first = await list({ action: 'moving', limit: 2 });
    await insertAt('moving', '2026-03-02T00:00:09Z');

    const second = await list({ action: 'moving', limit: 2, cursor: first.nextCursor! });

    expect(second.items.map((item) => item.at)).toEqual(['2026-03-02T00:00:01.000000Z']);
    expect(second.nextCursor).toBeNull();
  });

  it('narrows down by every filter and by all of them', async () => {
    const actor = uuidv7();
    const requestId = uuidv7();
    const principal = { ...auditor, subject: actor };
    const wanted = { name: 'filtered', outcome: 'denied', target: { type: 'role', id: 'wanted' } } as const;
    await service.as({ id: requestId, principal }, () => service.publisher.publish(new TestEvent(wanted)));
    for (const other of [
      { name: 'other' },
      { outcome: 'success' },
      { target: { type: 'role', id: 'other' } },
    ] as const)
      await service.as({ principal }, () =>
        service.publisher.publish(new TestEvent({ ...wanted, ...other })),
      );
    const all = { actor, target: 'wanted', action: 'filtered', outcome: 'denied', requestId };

    const [event] = (await list(all)).items;
    const { at } = event!;

    expect(event?.requestId).toBe(requestId);
    const window = { from: at, to: new Date(Date.parse(at) + 1_000).toISOString() };
    expect((await list({ ...all, ...window })).items).toHaveLength(1);
    expect((await list({ ...all, to: at })).items).toHaveLength(0);
    expect((await list({ actor })).items).toHaveLength(4);
    expect((await list({ actor, outcome: 'success' })).items).toHaveLength(1);
    expect((await list({ actor, target: 'other' })).items).toHaveLength(1);
    expect((await list({ actor, action: 'other' })).items).toHaveLength(1);
  });

  it('finds an address, and does not write down which', async () => {
    const publish = (ip: string): Promise<void> =>
      service.as({ ip }, () => service.publisher.publish(new TestEvent({ name: 'from.an.address' })));
    await publish('198.51.100.7');
    await publish('198.51.100.8');

    const { items } = await list({ ip: '198.51.100.7' });

    expect(items.map(({ ip }) => ip)).toEqual(['198.51.100.7']);
    expect((await list({ ip: '198.51.100.9' })).items).toEqual([]);
    const [read] = (await list({ action: 'audit.read', limit: 1 })).items;
    expect(read?.changes).toEqual({ filters: { after: { ip: '***' } } });
  });

  it('writes each reading into the trail, with what was asked', async () => {
    await list({ action: 'nothing.of.the.kind', outcome: 'denied' });
    const at = '2026-03-03T00:00:00Z';
    const id = uuidv7({ msecs: Date.parse(at) });
    await insertAt('to.be.read', at, id);
    await service.get(`/v1/audit/events/${id}`);

    const [one, many] = (await list({ action: 'audit.read', limit: 2 })).items;

    expect(many).toMatchObject({
      outcome: 'success',
      actor: { type: 'user', id: auditor.subject },
      target: { type: 'audit_trail', id: null },
      changes: { filters: { after: { action: 'nothing.of.the.kind', outcome: 'denied' } } },
    });
    expect(one?.target).toEqual({ type: 'audit_event', id });
  });

  it('knows no event that is not there', async () => {
    for (const id of [uuidv7(), uuidv4(), 'ffffffff-ffff-7fff-bfff-ffffffffffff']) {
      expect(await service.get(`/v1/audit/events/${id}`)).toEqual({
        status: 404,
        body: { code: 'AUDIT.EVENT_NOT_FOUND' },
      });
    }
  });

  it.each([
    'actor=somebody',
    'requestId=1',
    'outcome=maybe',
    'from=yesterday',
    'from=2026-02-30T00:00:00Z',
    'to=0000-01-01T00:00:00Z',
    'limit=0',
    'limit=201',
    'unknown=1',
    'actor=a&actor=b',
    'cursor=forged',
  ])('refuses %s', async (query) => {
    expect((await service.get(`/v1/audit/events?${query}`)).status).toBe(400);
  });
});
