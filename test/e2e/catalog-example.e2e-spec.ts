import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'demonstrations only please';
const SEEDED_WITHIN_MS = 30_000;

interface Table {
  readonly id: string;
  readonly name: string;
}

describe('the catalogue beside the service', () => {
  let database: TestDatabase;
  let demo: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    demo = await startService(database.url, {}, 'examples/catalog/demo.ts');
    const deadline = Date.now() + SEEDED_WITHIN_MS;
    while (!demo.output().includes('The demonstration is at')) {
      if (Date.now() > deadline) throw new Error(`The demonstration was not seeded:\n${demo.output()}`);
      await sleep(50);
    }
  });

  afterAll(async () => {
    await demo.stop();
    await database.drop();
  });

  const signIn = async (username: string) => (await demo.api.signIn(username, PASSWORD)).accessToken;
  const tablesOf = async (token: string) =>
    (await demo.api.get('/v1/catalog/tables?limit=200', { token })).body.items as Table[];

  it('shows each person the tables of a real database that are theirs to see', async () => {
    const [ada, bob, cleo] = await Promise.all(
      ['ada', 'bob', 'cleo'].map(async (name) =>
        (await tablesOf(await signIn(name))).map((table) => table.name),
      ),
    );
    expect(ada).toEqual(expect.arrayContaining(['public.users', 'public.roles', 'public.sessions']));
    const hidden = ['users', 'sessions', 'signing_keys', 'audit_keys'].map((name) => `public.${name}`);
    expect(bob).toEqual(ada!.filter((name) => !hidden.includes(name)));
    expect(cleo).toEqual(['public.groups']);
  });

  it('hides what one may not know of, refuses what one may not do, and lets the steward', async () => {
    const [ada, bob] = [await signIn('ada'), await signIn('bob')];
    const tables = await tablesOf(ada);
    const idOf = (name: string) => tables.find((table) => table.name === name)!.id;
    const hidden = await demo.api.get(`/v1/catalog/tables/${idOf('public.users')}`, { token: bob });
    expect([hidden.status, hidden.body.code]).toEqual([404, 'RBAC.RESOURCE_NOT_FOUND']);
    const seen = await demo.api.get(`/v1/catalog/tables/${idOf('public.roles')}`, { token: bob });
    expect(seen.body.columns).toContainEqual({ name: 'name_key', type: 'text' });
    const classify = (token: string) =>
      demo.api.post(`/v1/catalog/tables/${idOf('public.roles')}/classify`, { sensitivity: 'low' }, { token });
    expect((await classify(bob)).status).toBe(403);
    expect((await classify(ada)).body).toMatchObject({ name: 'public.roles', sensitivity: 'low' });
  });

  it('keeps the nodes of tables that are known when it scans again', async () => {
    const { accessToken: token } = await demo.api.signIn(ADMIN.username, ADMIN.password);
    const before = await tablesOf(token);
    const again = await demo.api.post('/v1/catalog/scan', undefined, { token });
    expect(again.body).toEqual({ tables: before.length, added: 0 });
    const refused = await demo.api.post('/v1/catalog/scan', undefined, { token: await signIn('bob') });
    expect(refused.status).toBe(403);
  });
});
