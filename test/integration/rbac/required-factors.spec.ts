import { createTestDatabase, type TestDatabase } from '../../support/database';
import { ADMINISTRATOR, RbacProcess } from './rbac-harness';

describe('roles that require a second factor', () => {
  let database: TestDatabase;
  let service: RbacProcess;
  let admin: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await RbacProcess.start(database.url);
    admin = await service.createAdministrator();
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const isRequiredOf = (principal: string) => service.access.requiresMfa(principal);
  const aDemandingRole = (role: object = {}) => service.createRole(admin, { ...role, requiresMfa: true });

  it('require it of whoever holds them, or a role that inherits from them, until they do not', async () => {
    const [holder, heir, stranger] = await Promise.all([1, 2, 3].map(() => service.createPrincipal()));
    const role = await aDemandingRole();
    const child = await service.createRole(admin, { parents: [role.id] });
    await service.assign(admin, holder!, role.id);
    await service.assign(admin, heir!, child.id);
    expect(await Promise.all([holder!, heir!, stranger!].map(isRequiredOf))).toEqual([true, true, false]);
    const { body } = await service.as(admin).patch(`/v1/roles/${role.id}`, { requiresMfa: false }, 1);
    expect(body).toMatchObject({ requiresMfa: false, version: 2 });
    expect(await Promise.all([holder!, heir!].map(isRequiredOf))).toEqual([false, false]);
  });

  it('require it through groups, at any resource, and before they begin to hold; not where they are denied or over', async () => {
    const role = await aDemandingRole();
    const [member, coming, denied, past] = await Promise.all(
      [1, 2, 3, 4].map(() => service.createPrincipal()),
    );
    const { body: group } = await service.as(admin).post('/v1/groups', { name: 'demanding' });
    const give = async (principalId: string, more: object) => {
      const body = { principalType: 'user', principalId, roleId: role.id, effect: 'allow', ...more };
      expect((await service.as(admin).post('/v1/assignments', body)).status).toBe(201);
    };
    await give(group.id as string, { principalType: 'group' });
    await service
      .as(admin)
      .post(`/v1/groups/${group.id as string}/members`, { principalType: 'user', principalId: member });
    await give(coming!, { validFrom: '2999-01-01T00:00:00Z' });
    await give(denied!, { effect: 'deny' });
    await give(past!, { validTo: '2001-01-01T00:00:00Z' });
    const required = await Promise.all([member!, coming!, denied!, past!].map(isRequiredOf));
    expect(required).toEqual([true, true, false, false]);
  });

  it('may be built in: then that flag is all that can be changed, and by those alone who hold all of it', async () => {
    const url = `/v1/roles/${ADMINISTRATOR}`;
    const { version } = (await service.as(admin).get(url)).body as { version: number };
    const manager = await service.createHolderOf(admin, ['roles:update', 'roles:read']);
    const demand = { requiresMfa: true };
    expect((await service.as(manager).patch(url, demand, version)).body.code).toBe(
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
    );
    const more = { ...demand, name: 'emperor' };
    expect((await service.as(admin).patch(url, more, version)).body.code).toBe('RBAC.ROLE_IS_SYSTEM');
    const changed = await service.as(admin).patch(url, demand, version);
    expect(changed).toMatchObject({
      status: 200,
      body: { requiresMfa: true, grants: ['*:*'], system: true },
    });
    expect(await isRequiredOf(admin)).toBe(true);
    expect(service.eventsNamed('role.updated')[0]?.changes).toEqual({
      requiresMfa: { before: false, after: true },
    });
  });
});
