import { v7 as uuidv7 } from 'uuid';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { RbacProcess, ROOT } from './rbac-harness';

interface Group {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

describe('groups', () => {
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

  const create = async (): Promise<Group> => {
    const answer = await service.as(admin).post('/v1/groups', { name: `group ${uuidv7()}` });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    const { policyVersion, ...group } = answer.body;
    expect(policyVersion).toMatch(/^\d+$/);
    return group as Group;
  };
  const add = (group: Group, principalId: string, principalType = 'user', actor = admin) =>
    service.as(actor).post(`/v1/groups/${group.id}/members`, { principalType, principalId });
  const remove = (group: Group, principalId: string, actor = admin) =>
    service.as(actor).delete(`/v1/groups/${group.id}/members/${principalId}`);
  const outcome = ({ status, body }: { status: number; body: { code?: string } | null }) =>
    body?.code ?? status;
  const give = async (principalId: string, grants: string[], effect = 'allow') => {
    const { id } = await service.createRole(admin, { grants });
    await service.database.change(
      {
        name: 'test-assign',
        text: 'INSERT INTO assignments (id, principal_id, role_id, resource_id, effect) VALUES ($1, $2, $3, $4, $5)',
      },
      [uuidv7(), principalId, id, ROOT, effect],
    );
  };

  it('are made, read, renamed and deleted', async () => {
    const group = await create();
    expect(await service.as(admin).get(`/v1/groups/${group.id}`)).toMatchObject({ etag: '"1"', body: group });
    const found = await service.as(admin).get(`/v1/groups?name=${group.name.toUpperCase()}`);
    expect(found.body.items).toEqual([group]);
    const taken = await service.as(admin).post('/v1/groups', { name: group.name.toUpperCase() });
    expect(outcome(taken)).toBe('RBAC.GROUP_NAME_TAKEN');
    const renamed = await service.as(admin).patch(`/v1/groups/${group.id}`, { name: uuidv7() }, 1);
    expect(renamed.body.version).toBe(2);
    expect(outcome(await service.as(admin).delete(`/v1/groups/${group.id}`, 1))).toBe(
      'REQUEST.PRECONDITION_FAILED',
    );
    expect(outcome(await service.as(admin).delete(`/v1/groups/${group.id}`, 2))).toBe(204);
    expect(outcome(await service.as(admin).get(`/v1/groups/${group.id}`))).toBe('RBAC.GROUP_NOT_FOUND');
    expect(service.eventsNamed('group.deleted')[0]).toMatchObject({ target: { id: group.id } });
  });

  it('have members of every type, page by page', async () => {
    const group = await create();
    const inner = await create();
    const users = [await service.createPrincipal(), await service.createPrincipal()];
    const robot = await service.createPrincipal({ type: 'service' });
    for (const user of users) expect((await add(group, user)).status).toBe(201);
    expect((await add(group, inner.id, 'group')).status).toBe(201);
    const added = await add(group, robot, 'service');
    expect(added.body).toMatchObject({ groupId: group.id, principalType: 'service', principalId: robot });
    expect(added.body.policyVersion).toMatch(/^\d+$/);
    const first = await service.as(admin).get(`/v1/groups/${group.id}/members?limit=3`);
    const rest = await service
      .as(admin)
      .get(`/v1/groups/${group.id}/members?limit=3&cursor=${first.body.nextCursor}`);
    const ids = [...first.body.items, ...rest.body.items].map((member) => member.principalId);
    expect(ids).toEqual([...users, robot, inner.id].sort());
    expect(outcome(await add(group, users[0]!))).toBe('RBAC.MEMBER_EXISTS');
    expect(outcome(await add(group, users[0]!, 'group'))).toBe('RBAC.UNKNOWN_PRINCIPAL');
    expect(outcome(await remove(group, users[0]!))).toBe(200);
    expect(outcome(await remove(group, users[0]!))).toBe('RBAC.MEMBER_NOT_FOUND');
    expect(service.eventsNamed('group.member-removed')[0]).toMatchObject({
      target: { type: 'group', id: group.id },
      changes: { principalId: { before: users[0] } },
    });
  });

  it('never belong to themselves, nor to each other in too long a line', async () => {
    const [a, b, c] = [await create(), await create(), await create()];
    await add(a, b.id, 'group');
    await add(b, c.id, 'group');
    expect(outcome(await add(a, a.id, 'group'))).toBe('RBAC.GROUP_CYCLE');
    expect(outcome(await add(b, a.id, 'group'))).toBe('RBAC.GROUP_CYCLE');
    expect(outcome(await add(c, a.id, 'group'))).toBe('RBAC.GROUP_CYCLE');
    expect(outcome(await add(a, c.id, 'group'))).toBe(201);
    let last = c;
    for (let i = 4; i <= 16; i++) {
      const next = await create();
      expect(outcome(await add(last, next.id, 'group'))).toBe(201);
      last = next;
    }
    expect(outcome(await add(last, (await create()).id, 'group'))).toBe('RBAC.GROUP_TOO_DEEP');
    expect(outcome(await add(await create(), a.id, 'group'))).toBe('RBAC.GROUP_TOO_DEEP');
  });

  it('stay while something is assigned to them or they belong to another', async () => {
    const [used, inner, outer] = [await create(), await create(), await create()];
    await give(used.id, ['catalog:read']);
    await add(outer, inner.id, 'group');
    for (const group of [used, inner]) {
      expect(outcome(await service.as(admin).delete(`/v1/groups/${group.id}`, 1))).toBe('RBAC.GROUP_IN_USE');
    }
    expect(outcome(await service.as(admin).delete(`/v1/groups/${outer.id}`, 1))).toBe(204);
    expect(outcome(await service.as(admin).delete(`/v1/groups/${inner.id}`, 1))).toBe(204);
  });

  it('take in nobody by the hand of who does not hold what they have, at any distance', async () => {
    const [outer, inner] = [await create(), await create()];
    await add(outer, inner.id, 'group');
    await give(outer.id, ['catalog.table:write']);
    const steward = await service.createHolderOf(admin, ['groups:*', 'catalog:read']);
    const somebody = await service.createPrincipal();
    expect(outcome(await add(inner, somebody, 'user', steward))).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
    expect(outcome(await add(inner, steward, 'user', steward))).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
    await add(inner, somebody);
    expect(outcome(await remove(inner, somebody, steward))).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
    const harmless = await create();
    await give(harmless.id, ['catalog:read']);
    expect(outcome(await add(harmless, somebody, 'user', steward))).toBe(201);
  });

  it('deny nothing to who is more privileged than the actor', async () => {
    const group = await create();
    await give(group.id, ['catalog:read'], 'deny');
    const steward = await service.createHolderOf(admin, ['groups:*', 'catalog:read']);
    const superior = await service.createHolderOf(admin, ['catalog.table:write']);
    expect(outcome(await add(group, superior, 'user', steward))).toBe('RBAC.TARGET_MORE_PRIVILEGED');
    const inner = await create();
    await add(inner, superior);
    expect(outcome(await add(group, inner.id, 'group', steward))).toBe('RBAC.TARGET_MORE_PRIVILEGED');
    expect(outcome(await add(group, await service.createPrincipal(), 'user', steward))).toBe(201);
  });

  it('give their members what they have, from the moment of joining to that of leaving', async () => {
    const [outer, inner] = [await create(), await create()];
    await add(outer, inner.id, 'group');
    const role = await service.createRole(admin, { grants: ['catalog:read'] });
    const assignment = { principalType: 'group', principalId: outer.id, roleId: role.id };
    expect(outcome(await service.as(admin).post('/v1/assignments', assignment))).toBe(201);
    const member = await service.createPrincipal();
    expect(await service.may(member, 'catalog:read')).toBe(false);
    await add(inner, member);
    expect(await service.may(member, 'catalog:read')).toBe(true);
    await remove(outer, inner.id);
    expect(await service.may(member, 'catalog:read')).toBe(false);
    await add(outer, inner.id, 'group');
    expect(await service.may(member, 'catalog:read')).toBe(true);
    await service.policy.removePrincipal(member);
    const { body } = await service.as(admin).get(`/v1/groups/${inner.id}/members`);
    expect(body.items).toEqual([]);
  });

  it('do not take the last administrator in where something is denied', async () => {
    const group = await create();
    await give(group.id, ['catalog:read'], 'deny');
    expect(outcome(await add(group, admin))).toBe('RBAC.LAST_ADMINISTRATOR');
    await service.createAdministrator();
    expect(outcome(await add(group, admin))).toBe(201);
    expect(outcome(await remove(group, admin))).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
  });
});
