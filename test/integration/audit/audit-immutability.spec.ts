import { Client } from 'pg';
import {
  openAuditDatabase,
  startAuditService,
  TestEvent,
  type AuditDatabase,
  type AuditService,
} from './audit-harness';

describe('the audit trail', () => {
  let database: AuditDatabase;
  let service: AuditService;
  let runtime: Client;

  beforeAll(async () => {
    database = await openAuditDatabase();
    service = await startAuditService(database.url);
    await service.publisher.publish(new TestEvent());
    runtime = new Client({ connectionString: database.url, options: '-c role=portcullis_runtime' });
    await runtime.connect();
  });

  afterAll(async () => {
    await runtime.end();
    await service.close();
    await database.close();
  });

  it.each([
    `UPDATE audit_events SET outcome = 'denied'`,
    `UPDATE audit_events SET actor_personal = NULL`,
    'DELETE FROM audit_events',
    'TRUNCATE audit_events',
    'DROP TABLE audit_events',
    'ALTER TABLE audit_events DISABLE TRIGGER ALL',
    `UPDATE audit_keys SET key_ciphertext = ''`,
  ])('refuses the service: %s', async (statement) => {
    await expect(runtime.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    `UPDATE audit_events SET outcome = 'denied'`,
    'DELETE FROM audit_events',
    'TRUNCATE audit_events',
  ])('refuses even the owner: %s', async (statement) => {
    await expect(database.owner.query(statement)).rejects.toThrow('append-only');
  });

  it('lets the service seal an event once', async () => {
    const seal = 'UPDATE audit_events SET sequence = 1, batch_id = gen_random_uuid()';

    await runtime.query(seal);

    await expect(runtime.query(seal)).rejects.toThrow('append-only');
    const { rows } = await database.owner.query<{ sequence: string }>('SELECT sequence FROM audit_events');
    expect(rows).toEqual([{ sequence: '1' }]);
    const { items } = await service.list('');
    expect(items[0]?.sequence).toBe(1);
  });

  it('loses nothing but what tells about a person when the key of the person is erased', async () => {
    const subject = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
    const event = new TestEvent({
      name: 'user.updated',
      target: { type: 'user', id: subject },
      changes: { status: { after: 'active' } },
      personalChanges: { email: { after: 'ada@example.com' } },
    });
    await service.as({ userAgent: 'by somebody else' }, () => service.publisher.publish(event));
    await service.as(
      { principal: { subject, subjectType: 'user', sessionId: subject, authTime: 0, amr: [], acr: 'aal1' } },
      () => service.publisher.publish(new TestEvent({ name: 'by.the.erased' })),
    );
    const read = async (action: string) => (await service.list(`action=${action}`)).items;
    const [before] = await read('user.updated');

    await runtime.query('DELETE FROM audit_keys WHERE subject_id = $1', [subject]);

    expect(before?.changes).toEqual({ status: { after: 'active' }, email: { after: 'ada@example.com' } });
    expect(await read('user.updated')).toEqual([{ ...before, changes: { status: { after: 'active' } } }]);
    const [byTheErased] = await read('by.the.erased');
    expect(byTheErased).toMatchObject({ actor: { type: 'user', id: subject }, ip: null, userAgent: null });
  });
});
