import type { Principal } from '../../../src/common/access';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { ADMINISTRATOR, AUDITOR, RbacProcess } from './rbac-harness';

const MAKES_POLICY = ['roles:*', 'assignments:*'];
const EXCEEDS = { status: 403, code: 'RBAC.EXCEEDS_OWN_PERMISSIONS' };
const MORE_PRIVILEGED = { status: 403, code: 'RBAC.TARGET_MORE_PRIVILEGED' };

describe('nobody reaches beyond what they hold', () => {
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

  const outcome = ({ status, body }: { status: number; body: { code?: string } | null }) => ({
    status,
    code: body?.code,
  });
  const assign = async (actor: string, principalId: string, roleId: string, effect = 'allow') =>
    outcome(
      await service.as(actor).post('/v1/assignments', { principalType: 'user', principalId, roleId, effect }),
    );
  const unassign = async (actor: string, id: string) =>
    outcome(await service.as(actor).delete(`/v1/assignments/${id}`));
  const patch = async (actor: string, id: string, body: object, version = 1) =>
    outcome(await service.as(actor).patch(`/v1/roles/${id}`, body, version));
  const create = async (actor: string, body: object) =>
    outcome(await service.as(actor).post('/v1/roles', { name: `r ${Math.random()}`, ...body }));
  const asPrincipal = (subject: string) => ({ subject, subjectType: 'user' }) as Principal;

  it('when giving a role', async () => {
    const actor = await service.createHolderOf(admin, [...MAKES_POLICY, 'catalog:read']);
    const within = await service.createRole(admin, { grants: ['catalog:read', 'roles:read'] });
    const beyond = await service.createRole(admin, { grants: ['catalog:read', 'catalog.table:write'] });
    const inheriting = await service.createRole(admin, { parents: [beyond.id] });
    const other = await service.createPrincipal();
    expect(await assign(actor, other, within.id)).toMatchObject({ status: 201 });
    for (const role of [beyond.id, inheriting.id, ADMINISTRATOR]) {
      expect(await assign(actor, other, role)).toEqual(EXCEEDS);
      expect(await assign(actor, actor, role)).toEqual(EXCEEDS);
    }
    expect(await service.policy.effectivePermissions(other)).toEqual(['catalog:read', 'roles:read']);
  });

  it('when making a role', async () => {
    const actor = await service.createHolderOf(admin, [...MAKES_POLICY, 'catalog:read']);
    const beyond = await service.createRole(admin, { grants: ['catalog.table:write'] });
    expect(await create(actor, { grants: ['catalog:read', 'roles:*'] })).toMatchObject({ status: 201 });
    expect(await create(actor, { grants: ['catalog.table:write'] })).toEqual(EXCEEDS);
    expect(await create(actor, { grants: ['catalog.*:read'] })).toEqual(EXCEEDS);
    expect(await create(actor, { grants: ['*:read'] })).toEqual(EXCEEDS);
    expect(await create(actor, { parents: [beyond.id] })).toEqual(EXCEEDS);
    expect(await create(actor, { parents: [ADMINISTRATOR] })).toEqual(EXCEEDS);
  });

  it('by wildcards that cover nothing more today, and would tomorrow', async () => {
    const actor = await service.createHolderOf(admin, [
      ...MAKES_POLICY,
      'catalog.*:read',
      'catalog.table:write',
    ]);
    expect(await create(actor, { grants: ['billing.*:*'] })).toEqual(EXCEEDS);
    expect(await create(actor, { grants: ['catalog.*:write'] })).toEqual(EXCEEDS);
    expect(await create(actor, { grants: ['catalog.table.*:read'] })).toMatchObject({ status: 201 });
  });

  it('by inheriting what a role names before anything declares it', async () => {
    const declared = ['permissions:read', 'roles:read', 'assignments:read', 'groups:read', 'resources:read'];
    const actor = await service.createHolderOf(admin, [...MAKES_POLICY, ...declared, 'users:*']);
    const auditor = await service.createPrincipal();
    await service.assign(admin, auditor, AUDITOR);
    expect(await service.policy.effectivePermissions(auditor)).toEqual([...declared].sort());
    expect(await create(actor, { parents: [AUDITOR] })).toEqual(EXCEEDS);
    expect(await assign(actor, actor, AUDITOR)).toEqual(EXCEEDS);
  });

  it('with what a deny takes from them', async () => {
    const actor = await service.createHolderOf(admin, [...MAKES_POLICY, 'catalog:read']);
    const role = await service.createRole(admin, { grants: ['catalog:read'] });
    const denial = await service.assign(admin, actor, role.id, 'deny');
    expect(await assign(actor, await service.createPrincipal(), role.id)).toEqual(EXCEEDS);
    expect(await unassign(actor, denial)).toEqual(EXCEEDS);
  });

  it('when changing a role, be it theirs or a higher one', async () => {
    const mine = await service.createRole(admin, { grants: [...MAKES_POLICY, 'catalog:read'] });
    const actor = await service.createPrincipal();
    await service.assign(admin, actor, mine.id);
    const higher = await service.createRole(admin, { grants: ['catalog.table:write'] });
    const lower = await service.createRole(admin, {
      grants: ['roles:read'],
      except: ['catalog.table:write'],
    });
    expect(await patch(actor, mine.id, { grants: [...MAKES_POLICY, 'catalog.table:write'] })).toEqual(
      EXCEEDS,
    );
    expect(await patch(actor, mine.id, { parents: [higher.id] })).toEqual(EXCEEDS);
    expect(await patch(actor, higher.id, { grants: [] })).toEqual(EXCEEDS);
    expect(outcome(await service.as(actor).delete(`/v1/roles/${higher.id}`, 1))).toEqual(EXCEEDS);
    expect(await patch(actor, lower.id, { grants: ['catalog.*:*'] })).toEqual(EXCEEDS);
    expect(await patch(actor, lower.id, { grants: ['catalog:read'] })).toMatchObject({ status: 200 });
  });

  it('when taking a role from, or denying one to, somebody more privileged', async () => {
    const actor = await service.createHolderOf(admin, [...MAKES_POLICY, 'catalog:read']);
    const peer = await service.createHolderOf(admin, ['catalog:read']);
    const role = await service.createRole(admin, { grants: ['catalog:read'] });
    const ofAdmin = await service.assign(admin, admin, role.id);
    const ofPeer = await service.assign(admin, peer, role.id);
    expect(await unassign(actor, ofAdmin)).toEqual(MORE_PRIVILEGED);
    expect(await assign(actor, admin, role.id, 'deny')).toEqual(MORE_PRIVILEGED);
    expect(await assign(actor, peer, role.id, 'deny')).toMatchObject({ status: 201 });
    expect(await unassign(actor, ofPeer)).toMatchObject({ status: 200 });
  });

  it('when taking a denial back, which is a grant', async () => {
    const actor = await service.createHolderOf(admin, [...MAKES_POLICY, 'catalog:read']);
    const writer = await service.createRole(admin, { grants: ['catalog.table:write'] });
    const target = await service.createPrincipal();
    await service.assign(admin, target, writer.id);
    const denial = await service.assign(admin, target, writer.id, 'deny');
    expect(await unassign(actor, denial)).toEqual(EXCEEDS);
    expect(await unassign(admin, denial)).toMatchObject({ status: 200 });
    expect(await service.may(target, 'catalog.table:write')).toBe(true);
  });

  it('by shrinking a role that somebody more privileged holds, or growing one that is denied to them', async () => {
    const actor = await service.createHolderOf(admin, [...MAKES_POLICY, 'catalog:read']);
    const superior = await service.createHolderOf(admin, ['catalog.table:write']);
    const held = await service.createRole(admin, { grants: ['catalog:read'] });
    const denied = await service.createRole(admin);
    await service.assign(admin, superior, held.id);
    await service.assign(admin, admin, denied.id, 'deny');
    expect(await patch(actor, held.id, { grants: [] })).toEqual(MORE_PRIVILEGED);
    expect(await patch(actor, held.id, { description: 'harmless' })).toMatchObject({ status: 200 });
    expect(await patch(actor, denied.id, { grants: ['roles:update'] })).toEqual(MORE_PRIVILEGED);
    expect(await service.may(superior, 'catalog:read')).toBe(true);
  });

  it('when acting on an account', async () => {
    const actor = await service.createHolderOf(admin, ['catalog:read', 'roles:read']);
    const lower = await service.createHolderOf(admin, ['catalog:read']);
    const beside = await service.createHolderOf(admin, ['catalog.table:read']);
    const act = (by: string, target: string) =>
      service.policy.actOn(asPrincipal(by), target, () => Promise.resolve('done'));
    expect(await act(actor, lower)).toBe('done');
    expect(await act(actor, actor)).toBe('done');
    expect(await act(admin, actor)).toBe('done');
    for (const target of [beside, admin]) {
      await expect(act(actor, target)).rejects.toMatchObject({
        code: 'RBAC.TARGET_MORE_PRIVILEGED',
      });
    }
  });

  it('and every such refusal is in the trail, though the change was rolled back', async () => {
    const actor = await service.createHolderOf(admin, MAKES_POLICY);
    await assign(actor, actor, AUDITOR);
    expect(service.trail.at(-1)).toMatchObject({
      event: {
        name: 'access.denied',
        outcome: 'denied',
        reason: 'exceeds_own_permissions',
        target: { type: 'permission' },
      },
      context: { actor: { id: actor } },
    });
    await assign(actor, admin, AUDITOR, 'deny');
    expect(service.trail.at(-1)?.event).toMatchObject({
      name: 'access.denied',
      reason: 'target_more_privileged',
      target: { id: admin },
    });
  });
});
