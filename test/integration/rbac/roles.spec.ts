import { createTestDatabase, type TestDatabase } from '../../support/database';
import { ADMINISTRATOR, AUDITOR, RbacProcess, USER_MANAGER } from './rbac-harness';

const MISSING = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';

describe('roles', () => {
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

  it('are created, read, changed and deleted, each version with its entity tag', async () => {
    const as = service.as(admin);
    const created = await as.post('/v1/roles', {
      name: 'Catalog readers',
      description: 'Read all of it',
      grants: ['catalog.*:read', 'roles:read', 'roles:read'],
      except: ['catalog.table:read'],
      parents: [AUDITOR],
    });
    expect(created).toMatchObject({ status: 201, etag: '"1"' });
    expect(created.body).toEqual({
      id: expect.any(String),
      name: 'Catalog readers',
      description: 'Read all of it',
      system: false,
      grants: ['catalog.*:read', 'roles:read'],
      except: ['catalog.table:read'],
      parents: [AUDITOR],
      requiresMfa: false,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      policyVersion: expect.stringMatching(/^\d+$/),
    });
    const url = `/v1/roles/${created.body.id as string}`;
    const { policyVersion, ...stored } = created.body;
    expect(await as.get(url)).toEqual({ status: 200, etag: '"1"', body: stored });

    const changed = await as.patch(url, { parents: [], except: [] }, 1);
    expect(changed).toMatchObject({ status: 200, etag: '"2"' });
    expect(changed.body).toEqual({
      ...stored,
      parents: [],
      except: [],
      version: 2,
      policyVersion: String(Number(policyVersion) + 1),
    });

    expect((await as.delete(url, 2)).status).toBe(204);
    expect((await as.get(url)).body.code).toBe('RBAC.ROLE_NOT_FOUND');
  });

  it('refuse a change or a deletion that does not say, or no longer knows, what it changes', async () => {
    const { id } = await service.createRole(admin);
    const url = `/v1/roles/${id}`;
    expect((await service.as(admin).patch(url, {})).body.code).toBe('REQUEST.PRECONDITION_REQUIRED');
    expect((await service.as(admin).delete(url)).body.code).toBe('REQUEST.PRECONDITION_REQUIRED');
    await service.as(admin).patch(url, { description: 'newer' }, 1);
    expect((await service.as(admin).patch(url, {}, 1)).body.code).toBe('REQUEST.PRECONDITION_FAILED');
    expect((await service.as(admin).delete(url, 1)).body.code).toBe('REQUEST.PRECONDITION_FAILED');
  });

  it('let one of two simultaneous changes win', async () => {
    const { id } = await service.createRole(admin);
    const answers = await Promise.all(
      ['one', 'two'].map((description) => service.as(admin).patch(`/v1/roles/${id}`, { description }, 1)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('are listed in pages, built-in ones first, and found by name in any spelling', async () => {
    await service.createRole(admin, { name: 'Straße ﬁve' });
    const first = await service.as(admin).get('/v1/roles?limit=2');
    expect(first.body.items).toMatchObject([{ id: ADMINISTRATOR }, { id: USER_MANAGER }]);
    const next = await service.as(admin).get(`/v1/roles?limit=2&cursor=${first.body.nextCursor as string}`);
    expect(next.body.items[0].id).toBe(AUDITOR);
    const altered = `${(first.body.nextCursor as string).slice(0, -1)}_`;
    expect((await service.as(admin).get(`/v1/roles?cursor=${altered}`)).body.code).toBe(
      'REQUEST.INVALID_CURSOR',
    );

    const found = await service
      .as(admin)
      .get(`/v1/roles?name=${encodeURIComponent(' STRASSE FIVE'.replace('SS', 'ß'))}`);
    expect(found.body.items).toMatchObject([{ name: 'Straße ﬁve' }]);
    expect((await service.as(admin).get('/v1/roles?name=nobody')).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  it('have names that are unique in every spelling', async () => {
    await service.createRole(admin, { name: 'Operators' });
    const { id } = await service.createRole(admin, { name: 'Others' });
    expect((await service.as(admin).post('/v1/roles', { name: ' OPERATORS ' })).body.code).toBe(
      'RBAC.ROLE_NAME_TAKEN',
    );
    const renamed = await service.as(admin).patch(`/v1/roles/${id}`, { name: 'operators' }, 1);
    expect(renamed.body.code).toBe('RBAC.ROLE_NAME_TAKEN');
  });

  it.each([
    ['grants', ['catalog:read', 'catalog:reed'], '/grants/1', 422, 'RBAC.UNKNOWN_PERMISSION'],
    ['except', ['nobody:knows'], '/except/0', 422, 'RBAC.UNKNOWN_PERMISSION'],
    ['grants', ['*:*'], '/grants/0', 422, 'RBAC.UNKNOWN_PERMISSION'],
    ['parents', [AUDITOR, MISSING], '/parents/1', 422, 'RBAC.UNKNOWN_ROLE'],
    ['grants', ['catalog'], '/grants/0', 400, 'REQUEST.MALFORMED'],
    ['grants', ['cata*:read'], '/grants/0', 400, 'REQUEST.MALFORMED'],
    ['grants', ['catalog.*.table:read'], '/grants/0', 400, 'REQUEST.MALFORMED'],
    ['parents', ['auditor'], '/parents/0', 400, 'REQUEST.MALFORMED'],
    ['name', 'with\0NUL', '/name', 400, 'REQUEST.MALFORMED'],
    ['description', 'with\0NUL', '/description', 400, 'REQUEST.MALFORMED'],
  ])('point at what is wrong in %s %j', async (field, value, pointer, status, code) => {
    const answer = await service.as(admin).post('/v1/roles', { name: 'never made', [field]: value });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, errors: [{ pointer }] });
    expect((await service.as(admin).get('/v1/roles?name=never%20made')).body.items).toEqual([]);
  });

  it('do not let a body make them built in', async () => {
    const answer = await service.as(admin).post('/v1/roles', { name: 'never made', system: true });
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST.MALFORMED' } });
  });

  it('that are built in cannot be changed or deleted', async () => {
    for (const id of [ADMINISTRATOR, USER_MANAGER, AUDITOR]) {
      const url = `/v1/roles/${id}`;
      expect((await service.as(admin).patch(url, { grants: [] }, 1)).body.code).toBe('RBAC.ROLE_IS_SYSTEM');
      expect((await service.as(admin).delete(url, 1)).body.code).toBe('RBAC.ROLE_IS_SYSTEM');
    }
  });

  it('cannot inherit from themselves, at any distance', async () => {
    const a = await service.createRole(admin);
    const b = await service.createRole(admin, { parents: [a.id] });
    const c = await service.createRole(admin, { parents: [b.id] });
    for (const parent of [a, b, c]) {
      const answer = await service.as(admin).patch(`/v1/roles/${a.id}`, { parents: [parent.id] }, 1);
      expect(answer.body.code).toBe('RBAC.ROLE_CYCLE');
    }
  });

  it('closed into a cycle from two sides at once: one wins', async () => {
    const [a, b] = [await service.createRole(admin), await service.createRole(admin)];
    const answers = await Promise.all([
      service.as(admin).patch(`/v1/roles/${a.id}`, { parents: [b.id] }, 1),
      service.as(admin).patch(`/v1/roles/${b.id}`, { parents: [a.id] }, 1),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('inherit in lines of at most 16', async () => {
    let last = await service.createRole(admin);
    const first = last;
    for (let length = 2; length <= 16; length++)
      last = await service.createRole(admin, { parents: [last.id] });
    const below = await service.as(admin).post('/v1/roles', { name: 'the 17th', parents: [last.id] });
    expect(below.body.code).toBe('RBAC.ROLE_TOO_DEEP');
    const above = await service.createRole(admin);
    const lifted = await service.as(admin).patch(`/v1/roles/${first.id}`, { parents: [above.id] }, 1);
    expect(lifted.body.code).toBe('RBAC.ROLE_TOO_DEEP');
  });

  it('that somebody holds, or another role inherits from, cannot be deleted', async () => {
    const held = await service.createRole(admin);
    const assignment = await service.assign(admin, await service.createPrincipal(), held.id);
    const parent = await service.createRole(admin);
    await service.createRole(admin, { parents: [parent.id] });
    for (const { id } of [held, parent]) {
      expect((await service.as(admin).delete(`/v1/roles/${id}`, 1)).body.code).toBe('RBAC.ROLE_IN_USE');
    }
    await service.as(admin).delete(`/v1/assignments/${assignment}`);
    expect((await service.as(admin).delete(`/v1/roles/${held.id}`, 1)).status).toBe(204);
  });

  it('that are deleted and created again under the same name are nobody’s', async () => {
    const first = await service.createRole(admin, { name: 'Phoenix', grants: ['catalog:read'] });
    const principal = await service.createPrincipal();
    const assignment = await service.assign(admin, principal, first.id);
    await service.as(admin).delete(`/v1/assignments/${assignment}`);
    await service.as(admin).delete(`/v1/roles/${first.id}`, 1);
    const second = await service.createRole(admin, { name: 'Phoenix', grants: ['catalog:read'] });
    expect(second.id).not.toBe(first.id);
    expect(await service.may(principal, 'catalog:read')).toBe(false);
  });

  it('leave a trail of what changed and who changed it', async () => {
    const { id, name } = await service.createRole(admin, { grants: ['catalog:read'] });
    await service.as(admin).patch(`/v1/roles/${id}`, { grants: [], description: 'emptied' }, 1);
    await service.as(admin).delete(`/v1/roles/${id}`, 2);
    const entries = service.trail.filter(({ event }) => event.target.id === id);
    expect(entries.map(({ event }) => [event.name, event.target.type, event.changes])).toEqual([
      [
        'role.created',
        'role',
        expect.objectContaining({ name: { after: name }, grants: { after: ['catalog:read'] } }),
      ],
      [
        'role.updated',
        'role',
        { grants: { before: ['catalog:read'], after: [] }, description: { before: '', after: 'emptied' } },
      ],
      ['role.deleted', 'role', expect.objectContaining({ name: { before: name } })],
    ]);
    expect(entries.every(({ context }) => context.actor.id === admin)).toBe(true);
  });

  it('take effect on holders with the answer, and with the wildcards as documented', async () => {
    const principal = await service.createPrincipal();
    const role = await service.createRole(admin, {
      grants: ['catalog.*:read'],
      except: ['catalog.table:read'],
    });
    const heir = await service.createRole(admin, { parents: [role.id], grants: ['catalog.table:write'] });
    await service.assign(admin, principal, heir.id);
    const permissions = () => service.policy.effectivePermissions(principal);
    expect(await permissions()).toEqual(['catalog.table:write', 'catalog:read']);
    await service.as(admin).patch(`/v1/roles/${role.id}`, { except: [] }, 1);
    expect(await permissions()).toEqual(['catalog.table:read', 'catalog.table:write', 'catalog:read']);
    expect(await service.may(principal, 'catalog.table:read')).toBe(true);
    expect(await service.may(principal, 'roles:read')).toBe(false);
    expect(await service.may(principal, 'nobody:knows')).toBe(false);
  });
});
