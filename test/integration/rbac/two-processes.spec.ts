import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { ADMINISTRATOR, RbacProcess } from './rbac-harness';

const within = async (claim: () => Promise<boolean>): Promise<boolean> => {
  const deadline = Date.now() + 1_000;
  while (Date.now() < deadline) {
    if (await claim()) return true;
    await sleep(10);
  }
  return false;
};

describe('two processes on one database', () => {
  let database: TestDatabase;
  let one: RbacProcess;
  let two: RbacProcess;

  beforeEach(async () => {
    database = await createTestDatabase();
    [one, two] = await Promise.all([RbacProcess.start(database.url), RbacProcess.start(database.url)]);
  });

  afterEach(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await database.drop();
  });

  const administratorAssignments = async (): Promise<string[]> => {
    const statement = {
      name: 'test-administrators',
      text: `SELECT id FROM assignments WHERE role_id = $1 AND effect = 'allow'`,
    };
    return (await one.database.query<{ id: string }>(statement, [ADMINISTRATOR])).map(({ id }) => id);
  };

  it('that start together give every permission one bit', async () => {
    const statement = { name: 'test-bits', text: 'SELECT name, bit FROM permissions ORDER BY bit' };
    const rows = await one.database.query<{ name: string; bit: number }>(statement);
    expect(rows.map(({ bit }) => bit)).toEqual(rows.map((_, index) => index));
    const admin = await one.createAdministrator();
    const { body } = await one.as(admin).get('/v1/permissions?limit=200');
    expect(body.items).toContainEqual({
      name: 'permissions:read',
      description: 'Read the registry of permissions',
      risk: 'low',
    });
    expect(body.items).toHaveLength(rows.length);
  });

  it('see a role given, changed and taken by the other within a second', async () => {
    const admin = await one.createAdministrator();
    const principal = await one.createPrincipal();
    expect(await two.may(principal, 'catalog:read')).toBe(false);
    const role = await one.createRole(admin, { grants: ['catalog:read'] });
    const assignment = await one.assign(admin, principal, role.id);
    expect(await within(() => two.may(principal, 'catalog:read'))).toBe(true);
    await one.as(admin).patch(`/v1/roles/${role.id}`, { grants: ['catalog.table:read'] }, 1);
    expect(await within(async () => !(await two.may(principal, 'catalog:read')))).toBe(true);
    expect(await two.may(principal, 'catalog.table:read')).toBe(true);
    await one.as(admin).delete(`/v1/assignments/${assignment}`);
    expect(await within(async () => !(await two.may(principal, 'catalog.table:read')))).toBe(true);
  });

  it('keep one administrator of two who are removed by twenty requests at once', async () => {
    const first = await one.createAdministrator();
    const second = await one.createAdministrator();
    const ids = await administratorAssignments();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const process = index % 2 === 0 ? one : two;
        return process
          .as(index % 4 < 2 ? first : second)
          .delete(`/v1/assignments/${ids[index % 3 === 0 ? 0 : 1]!}`);
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.every(({ status }) => [200, 403, 404, 409].includes(status))).toBe(true);
    expect(await administratorAssignments()).toHaveLength(1);
  });

  it('keep one administrator of several who all step down at once', async () => {
    const admins = await Promise.all(Array.from({ length: 10 }, () => one.createAdministrator()));
    const codes = await Promise.all(
      admins.map(async (admin, index) => {
        const process = index % 2 === 0 ? one : two;
        const { body } = await process.as(admin).get(`/v1/assignments?principalId=${admin}`);
        const answer = await process.as(admin).delete(`/v1/assignments/${body.items[0].id as string}`);
        return (answer.body.code ?? answer.status) as string | number;
      }),
    );
    expect(codes.filter((code) => code === 200)).toHaveLength(9);
    expect(codes.filter((code) => code === 'RBAC.LAST_ADMINISTRATOR')).toHaveLength(1);
  });

  it('keep one administrator of two who are disabled at once', async () => {
    const admins = [await one.createAdministrator(), await one.createAdministrator()];
    const deactivate = {
      name: 'test-deactivate',
      text: 'UPDATE principals SET active = false WHERE id = $1',
    };
    const outcomes = await Promise.allSettled(
      admins.map((admin, index) => {
        const process = index === 0 ? one : two;
        return process.database.transaction(async () => {
          await process.policy.requireAdministratorBesides(admin);
          await process.database.change(deactivate, [admin]);
        });
      }),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'RBAC.LAST_ADMINISTRATOR' }) }),
    );
  });

  it('count as administrators only those who are active and whom nothing is denied', async () => {
    const admin = await one.createAdministrator();
    const disabled = await one.createPrincipal({ active: false });
    const restricted = await one.createPrincipal();
    for (const principal of [disabled, restricted]) await one.policy.grantAdministrator(principal);
    const role = await one.createRole(admin, { grants: ['roles:read'] });
    const empty = await one.createRole(admin);
    await one.assign(admin, restricted, role.id, 'deny');

    const last = { code: 'RBAC.LAST_ADMINISTRATOR' };
    await expect(one.policy.removePrincipal(admin)).rejects.toMatchObject(last);
    await expect(
      one.database.transaction(() => one.policy.requireAdministratorBesides(admin)),
    ).rejects.toMatchObject(last);
    const denial = { principalType: 'user', principalId: admin, roleId: role.id, effect: 'deny' };
    expect((await one.as(admin).post('/v1/assignments', denial)).body).toMatchObject(last);
    await one.assign(admin, admin, empty.id, 'deny');
    expect(
      (await one.as(admin).patch(`/v1/roles/${empty.id}`, { grants: ['roles:read'] }, 1)).body,
    ).toMatchObject(last);

    await one.policy.removePrincipal(restricted);
    await one.policy.removePrincipal(disabled);
    await one.database.transaction(() => one.policy.requireAdministratorBesides(restricted));
    expect(await administratorAssignments()).toHaveLength(1);
  });
});
