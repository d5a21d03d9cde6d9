import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../../src/common/access';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { RbacProcess, ROOT } from './rbac-harness';

const NODES = 100_000;

describe('access to resources', () => {
  let database: TestDatabase;
  let service: RbacProcess;
  let admin: string;
  let reader: { id: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await RbacProcess.start(database.url);
    admin = await service.createAdministrator();
    reader = await service.createRole(admin, { grants: ['catalog:read', 'assignments:*', 'roles:*'] });
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const assign = (actor: string, assignment: object) =>
    service.as(actor).post('/v1/assignments', { principalType: 'user', roleId: reader.id, ...assignment });
  const createNode = async (parentId = ROOT): Promise<string> => {
    const { body } = await service
      .as(admin)
      .post('/v1/resources', { type: 'table', key: uuidv7(), name: 'a table', parentId });
    return body.id as string;
  };
  const decide = async (id: string, resource: string, context = {}) =>
    service.access.decide({ subject: { type: 'user', id }, permission: 'catalog:read', resource, context });

  it('is inherited from the node at which a role was given, and holds nowhere else', async () => {
    const parent = await createNode();
    const [child, beside] = [await createNode(parent), await createNode()];
    const principal = await service.createPrincipal();
    const { status, body } = await assign(admin, { principalId: principal, resourceId: parent });
    expect([status, body.resourceId]).toEqual([201, parent]);
    expect(await decide(principal, child)).toMatchObject({ allowed: true, basis: 'allowed' });
    expect(await decide(principal, beside)).toMatchObject({ allowed: false, basis: 'not_allowed' });
    expect(await decide(principal, uuidv7())).toMatchObject({ basis: 'unknown_resource' });
    await assign(admin, { principalId: principal, resourceId: child, effect: 'deny' });
    expect(await decide(principal, child)).toMatchObject({ basis: 'denied' });
  });

  it('begins and ends with the window of an assignment, in memory too', async () => {
    const principal = await service.createPrincipal();
    const validTo = new Date(Date.now() + 400).toISOString();
    expect((await assign(admin, { principalId: principal, validTo })).body.validTo).toBe(validTo);
    expect(await decide(principal, ROOT)).toMatchObject({ allowed: true });
    while (Date.now() < Date.parse(validTo)) await new Promise(setImmediate);
    expect(await decide(principal, ROOT)).toMatchObject({ allowed: false });
  });

  it('has no window that ends before it begins', async () => {
    const principalId = await service.createPrincipal();
    const moment = '2026-06-30T12:00:00.000Z';
    for (const validTo of [moment, '2026-06-30T11:59:59.999Z']) {
      const { status, body } = await assign(admin, { principalId, validFrom: moment, validTo });
      expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'REQUEST.MALFORMED', '/validTo']);
    }
  });

  it('may depend on a condition, and asks for a fresh authentication where that would do', async () => {
    const principal = await service.createPrincipal();
    const condition = { op: 'mfaAge', atMost: 300 };
    expect((await assign(admin, { principalId: principal, condition })).body.condition).toEqual(condition);
    const now = Math.floor(Date.now() / 1_000);
    expect(await decide(principal, ROOT, { mfaAt: now })).toMatchObject({ allowed: true });
    expect(await decide(principal, ROOT, { mfaAt: null })).toMatchObject({
      allowed: false,
      challenge: { acrValues: 'aal2', maxAge: 300 },
    });
  });

  it.each<[string, object, string]>([
    ['condition/op', { condition: { op: 'eval' } }, 'RBAC.INVALID_CONDITION'],
    ['condition/attribute', { condition: { op: 'exists', attribute: 'env.x' } }, 'RBAC.INVALID_CONDITION'],
    ['exempt/0', { effect: 'deny', exempt: [uuidv7()] }, 'RBAC.UNKNOWN_PRINCIPAL'],
  ])('refuses a wrong %s when it is written', async (pointer, assignment, code) => {
    const principalId = await service.createPrincipal();
    const { status, body } = await assign(admin, { principalId, ...assignment });
    expect([status, body.code]).toEqual([422, code]);
    expect(body.errors[0].pointer).toBe(`/${pointer}`);
  });

  it('spares whom a denial exempts, and nobody is exempt from a grant', async () => {
    const [spared, other] = [await service.createPrincipal(), await service.createPrincipal()];
    for (const principalId of [spared, other]) {
      await assign(admin, { principalId });
      await assign(admin, { principalId, effect: 'deny', exempt: [spared] });
    }
    expect(await decide(spared, ROOT)).toMatchObject({ allowed: true });
    expect(await decide(other, ROOT)).toMatchObject({ basis: 'denied' });
    expect((await assign(admin, { principalId: other, exempt: [spared] })).body.code).toBe(
      'RBAC.INVALID_EXEMPTION',
    );
  });

  it('is passed on only where it is held, for good and everywhere below', async () => {
    const [mine, foreign] = [await createNode(), await createNode()];
    const below = await createNode(mine);
    const [actor, other, conditional] = await Promise.all([1, 2, 3].map(() => service.createPrincipal()));
    await assign(admin, { principalId: actor, resourceId: mine });
    await assign(admin, {
      principalId: conditional,
      resourceId: mine,
      condition: { op: 'ip', in: ['127.0.0.1'] },
    });
    const give = async (by: string, resourceId: string) =>
      (await assign(by, { principalId: other, resourceId })).body.code as string | undefined;
    expect(await give(actor!, foreign)).toBe('RBAC.MISSING_PERMISSION');
    expect(await give(actor!, ROOT)).toBe('RBAC.MISSING_PERMISSION');
    expect(await give(conditional!, mine)).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
    expect(await give(actor!, mine)).toBeUndefined();
    await assign(admin, {
      principalId: actor,
      resourceId: below,
      effect: 'deny',
      roleId: (await service.createRole(admin, { grants: ['catalog:read'] })).id,
    });
    expect(await give(actor!, mine)).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
  });

  it('shows a delegated administrator the assignments of that place alone', async () => {
    const mine = await createNode();
    const actor = await service.createPrincipal();
    await assign(admin, { principalId: actor, resourceId: mine });
    const { status, body } = await service.as(actor).get('/v1/assignments?limit=200');
    expect(status).toBe(200);
    expect(body.items.map(({ resourceId }: { resourceId: string }) => resourceId)).toEqual([mine]);
    const stranger = await service.createPrincipal();
    expect((await service.as(stranger).get('/v1/assignments')).body.code).toBe('RBAC.MISSING_PERMISSION');
  });

  it('is required late by a service, which records the refusal', async () => {
    const principal = await service.createPrincipal();
    const node = await createNode();
    const caller = { subject: principal, subjectType: 'user', acr: 'aal1', authTime: 0 } as Principal;
    await expect(service.access.require(caller, 'catalog:read', node)).rejects.toMatchObject({
      code: 'RBAC.MISSING_PERMISSION',
    });
    expect(service.trail.at(-1)?.event).toMatchObject({
      name: 'access.denied',
      target: { type: 'resource', id: node },
      changes: { permission: { after: 'catalog:read' }, rule: { after: 'not_allowed' } },
    });
    await assign(admin, { principalId: principal, resourceId: node });
    await expect(service.access.require(caller, 'catalog:read', node)).resolves.toBeUndefined();
  });

  it('takes a version into account that memory has, and refuses one that nobody has written', async () => {
    const principal = await service.createPrincipal();
    const { body } = await assign(admin, { principalId: principal });
    const request = { subject: { type: 'user' as const, id: principal }, permission: 'catalog:read' };
    const minPolicyVersion = body.policyVersion as string;
    const decision = await service.access.decide(request, { minPolicyVersion });
    expect(decision.allowed).toBe(true);
    expect(BigInt(decision.policyVersion)).toBeGreaterThanOrEqual(BigInt(minPolicyVersion));
    const future = (BigInt(minPolicyVersion) + 1_000n).toString();
    const startedAt = performance.now();
    await expect(
      (async () => service.access.decide(request, { minPolicyVersion: future }))(),
    ).rejects.toMatchObject({ code: 'RBAC.POLICY_VERSION_PENDING' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('is listed by one indexed query among a hundred thousand resources', async () => {
    const parent = await createNode();
    const principal = await service.createPrincipal();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO resources (id, parent_id, type, key, name, path)
       SELECT d.id, p.id, 'bulk', d.id::text, 'bulk', p.path || d.id
       FROM (SELECT uuidv7() AS id, CASE WHEN i % 1000 = 0 THEN $1::uuid ELSE $2::uuid END AS parent
             FROM generate_series(1, $3::int) i) d JOIN resources p ON p.id = d.parent`,
      [parent, ROOT, NODES],
    );
    await client.query('VACUUM ANALYZE resources');
    await client.end();
    await assign(admin, { principalId: principal, resourceId: parent });
    const filter = await service.access.list({
      subject: { type: 'user', id: principal },
      permission: 'catalog:read',
    });
    const values: unknown[] = [];
    const text = `SELECT r.id FROM resources r WHERE ${filter.onResource('r', values)}`;
    expect(await service.database.query({ name: '', text }, values)).toHaveLength(NODES / 1_000 + 1);
    const plan = await service.database.query<{ 'QUERY PLAN': string }>(
      { name: '', text: `EXPLAIN ${text}` },
      values,
    );
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(lines).toContain('ix_resources_path');
    expect(lines).not.toContain('Seq Scan');
  });
});
