import { createTestDatabase, type TestDatabase } from '../../support/database';
import { AUDITOR, RbacProcess, ROOT, USER_MANAGER } from './rbac-harness';

const MISSING = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';

describe('assignments', () => {
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

  it('are written and taken back with the version of the policy that each write made', async () => {
    const principalId = await service.createPrincipal();
    const body = { principalType: 'user', principalId, roleId: AUDITOR, reason: 'Year-end audit' };
    const created = await service.as(admin).post('/v1/assignments', body);
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      ...body,
      id: expect.any(String),
      resourceId: ROOT,
      effect: 'allow',
      source: 'manual',
      policyVersion: expect.stringMatching(/^\d+$/),
    });
    expect(await service.may(principalId, 'roles:read')).toBe(true);

    const { policyVersion, ...stored } = created.body;
    const listed = await service.as(admin).get(`/v1/assignments?principalId=${principalId}`);
    expect(listed.body).toEqual({ items: [stored], nextCursor: null });

    const deleted = await service.as(admin).delete(`/v1/assignments/${stored.id as string}`);
    expect(deleted.status).toBe(200);
    expect(deleted.body).toEqual({ ...stored, policyVersion: expect.any(String) });
    expect(Number(deleted.body.policyVersion)).toBeGreaterThan(Number(policyVersion));
    expect(await service.may(principalId, 'roles:read')).toBe(false);
    const again = await service.as(admin).delete(`/v1/assignments/${stored.id as string}`);
    expect(again.body.code).toBe('RBAC.ASSIGNMENT_NOT_FOUND');
  });

  it('are listed by source and by reason, page by page', async () => {
    const reason = 'Cover for the night shift';
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const principalId = await service.createPrincipal();
      const body = { principalType: 'user', principalId, roleId: AUDITOR, reason };
      ids.push((await service.as(admin).post('/v1/assignments', body)).body.id as string);
    }
    await service.database.change(
      { name: 'test-source', text: `UPDATE assignments SET source = 'import:hr' WHERE id = $1` },
      [ids[1]],
    );
    const list = async (query: Record<string, string>) => {
      const { body } = await service
        .as(admin)
        .get(`/v1/assignments?${new URLSearchParams(query).toString()}`);
      return body as { items: { id: string }[]; nextCursor: string | null };
    };
    const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
    expect(idsOf(await list({ source: 'import:hr' }))).toEqual([ids[1]]);
    expect(idsOf(await list({ reason, source: 'manual' }))).toEqual([ids[0], ids[2]]);
    expect(idsOf(await list({ source: 'ldap:nowhere' }))).toEqual([]);
    const page = await list({ reason, limit: '2' });
    const rest = await list({ reason, limit: '2', cursor: page.nextCursor! });
    expect([...idsOf(page), ...idsOf(rest)]).toEqual(ids);
    expect(rest.nextCursor).toBeNull();
    expect((await service.as(admin).get('/v1/assignments?source=')).status).toBe(400);
    expect((await service.as(admin).get('/v1/assignments?reason=a%00b')).status).toBe(400);
  });

  it('are listed by principal, by role and in pages', async () => {
    const role = await service.createRole(admin);
    const principals = [
      await service.createPrincipal(),
      await service.createPrincipal(),
      await service.createPrincipal(),
    ];
    for (const principal of principals) await service.assign(admin, principal, role.id);
    await service.assign(admin, principals[0]!, AUDITOR);
    const holders = async (query: string) => {
      const { body } = await service.as(admin).get(`/v1/assignments?${query}`);
      return body as { items: { principalId: string }[]; nextCursor: string | null };
    };
    const first = await holders(`roleId=${role.id}&limit=2`);
    const second = await holders(`roleId=${role.id}&limit=2&cursor=${first.nextCursor ?? ''}`);
    expect([...first.items, ...second.items].map(({ principalId }) => principalId)).toEqual(principals);
    expect(second.nextCursor).toBeNull();
    expect((await holders(`principalId=${principals[0]!}`)).items).toHaveLength(2);
    expect((await holders(`principalId=${principals[0]!}&roleId=${role.id}`)).items).toHaveLength(1);
    expect((await holders('limit=1')).items).toHaveLength(1);
  });

  it('exist once, also when two are written at the same time', async () => {
    const principalId = await service.createPrincipal();
    const body = { principalType: 'user', principalId, roleId: AUDITOR };
    const answers = await Promise.all([1, 2].map(() => service.as(admin).post('/v1/assignments', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await service.as(admin).post('/v1/assignments', body)).body.code).toBe('RBAC.ASSIGNMENT_EXISTS');
    expect((await service.as(admin).post('/v1/assignments', { ...body, effect: 'deny' })).status).toBe(201);
  });

  it.each([
    ['principalId', MISSING, 422, 'RBAC.UNKNOWN_PRINCIPAL'],
    ['roleId', MISSING, 422, 'RBAC.UNKNOWN_ROLE'],
    ['resourceId', MISSING, 422, 'RBAC.UNKNOWN_RESOURCE'],
    ['effect', 'permit', 400, 'REQUEST.MALFORMED'],
    ['principalType', 'robot', 400, 'REQUEST.MALFORMED'],
    ['reason', 'with\0NUL', 400, 'REQUEST.MALFORMED'],
    ['principalId', { $ne: null }, 400, 'REQUEST.MALFORMED'],
  ])('refuse %s %j', async (field, value, status, code) => {
    const principalId = await service.createPrincipal();
    const body = { principalType: 'user', principalId, roleId: AUDITOR, [field]: value };
    const answer = await service.as(admin).post('/v1/assignments', body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, errors: [{ pointer: `/${field}` }] });
  });

  it.each(['condition', 'validFrom', 'validTo', 'exempt', 'source', 'createdBy'])(
    'refuse the field %s',
    async (field) => {
      const principalId = await service.createPrincipal();
      const body = { principalType: 'user', principalId, roleId: AUDITOR, [field]: null };
      const answer = await service.as(admin).post('/v1/assignments', body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST.MALFORMED' } });
    },
  );

  it('refuse a principal of another type, and one that was deleted', async () => {
    const group = await service.createPrincipal({ type: 'group' });
    const gone = await service.createPrincipal();
    const statement = {
      name: 'test-delete-principal',
      text: 'UPDATE principals SET deleted_at = now() WHERE id = $1',
    };
    await service.database.change(statement, [gone]);
    for (const principalId of [group, gone]) {
      const body = { principalType: 'user', principalId, roleId: AUDITOR };
      expect((await service.as(admin).post('/v1/assignments', body)).body.code).toBe(
        'RBAC.UNKNOWN_PRINCIPAL',
      );
    }
  });

  it('that deny win over those that allow, in either order', async () => {
    const denied = await service.createRole(admin, { grants: ['roles:*'] });
    const first = await service.createPrincipal();
    await service.assign(admin, first, AUDITOR);
    await service.assign(admin, first, denied.id, 'deny');
    const second = await service.createPrincipal();
    await service.assign(admin, second, denied.id, 'deny');
    await service.assign(admin, second, AUDITOR);
    for (const principal of [first, second]) {
      expect(await service.policy.effectivePermissions(principal)).toEqual([
        'assignments:read',
        'groups:read',
        'permissions:read',
        'resources:read',
      ]);
      expect((await service.as(principal).get('/v1/roles')).status).toBe(403);
      expect((await service.as(principal).get('/v1/assignments')).status).toBe(200);
    }
  });

  it('of a principal that goes away go with it', async () => {
    const principal = await service.createPrincipal();
    await service.assign(admin, principal, AUDITOR);
    await service.assign(admin, principal, USER_MANAGER);
    await service.policy.removePrincipal(principal);
    expect(await service.policy.effectivePermissions(principal)).toEqual([]);
    expect((await service.as(admin).get(`/v1/assignments?principalId=${principal}`)).body.items).toEqual([]);
    expect(
      service
        .eventsNamed('assignment.deleted')
        .slice(0, 2)
        .map(({ changes }) => changes?.principalId),
    ).toEqual([{ before: principal }, { before: principal }]);
  });

  it('make the first administrator once, and only if the caller commits', async () => {
    const principal = await service.createPrincipal();
    const attempt = service.database.transaction(async () => {
      await service.policy.grantAdministrator(principal);
      expect(await service.may(principal, 'roles:read')).toBe(true);
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    expect(await service.may(principal, 'roles:read')).toBe(false);

    await service.policy.grantAdministrator(principal);
    await service.policy.grantAdministrator(principal);
    expect(await service.may(principal, 'roles:read')).toBe(true);
    expect((await service.as(admin).get(`/v1/assignments?principalId=${principal}`)).body.items).toHaveLength(
      1,
    );
  });

  it('are audited when they are missing: who was refused what', async () => {
    const principal = await service.createHolderOf(admin, ['assignments:read']);
    const answer = await service.as(principal).get('/v1/permissions');
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ code: 'RBAC.MISSING_PERMISSION', permission: 'permissions:read' });
    const { event, context } = service.trail.at(-1)!;
    expect(event).toMatchObject({
      name: 'access.denied',
      outcome: 'denied',
      reason: 'missing_permission',
      target: { type: 'permission', id: 'permissions:read' },
    });
    expect(context.actor).toEqual({ type: 'user', id: principal });
  });
});
