import { v7 as uuidv7 } from 'uuid';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { RbacProcess, ROOT } from './rbac-harness';

interface Node {
  readonly id: string;
  readonly version: number;
  readonly key: string;
  readonly path: string[];
}

describe('resources', () => {
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

  const create = async (body: object = {}): Promise<Node> => {
    const answer = await service
      .as(admin)
      .post('/v1/resources', { type: 'folder', key: uuidv7(), name: 'a folder', ...body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    const { policyVersion, ...node } = answer.body;
    expect(policyVersion).toMatch(/^\d+$/);
    return node as Node;
  };
  const get = async (id: string) => (await service.as(admin).get(`/v1/resources/${id}`)).body;
  const outcome = ({ status, body }: { status: number; body: { code?: string } | null }) =>
    body?.code ?? status;

  it('lie in a tree below the root, which is there', async () => {
    const root = await service.as(admin).get('/v1/resources/root');
    expect(root.body).toMatchObject({ id: ROOT, type: 'root', key: 'root', parentId: null, path: [ROOT] });
    const folder = await create({ tags: { sensitivity: 'high' }, ownerId: admin });
    const file = await create({ type: 'file', parentId: folder.id });
    expect(folder).toMatchObject({
      parentId: ROOT,
      tags: { sensitivity: 'high' },
      ownerId: admin,
      version: 1,
    });
    expect(file.path).toEqual([ROOT, folder.id, file.id]);
    const read = await service.as(admin).get(`/v1/resources/${file.id}`);
    expect(read).toMatchObject({ status: 200, etag: '"1"', body: file });
    expect(service.eventsNamed('resource.created')[0]).toMatchObject({
      target: { type: 'resource', id: file.id },
      changes: { parentId: { after: folder.id } },
    });
  });

  it('are found by type and key, and by parent, page by page', async () => {
    const folder = await create();
    const files: Node[] = [];
    for (let i = 0; i < 5; i++) files.push(await create({ type: 'page', parentId: folder.id }));
    const byKey = await service.as(admin).get(`/v1/resources?type=page&key=${files[3]!.key}`);
    expect(byKey.body.items).toEqual([files[3]]);
    const first = await service.as(admin).get(`/v1/resources?parentId=${folder.id}&limit=3`);
    const rest = await service
      .as(admin)
      .get(`/v1/resources?parentId=${folder.id}&limit=3&cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...rest.body.items]).toEqual(files);
    expect(rest.body.nextCursor).toBeNull();
    expect((await service.as(admin).get('/v1/resources?type=none')).body.items).toEqual([]);
    const altered = await service.as(admin).get(`/v1/resources?cursor=${first.body.nextCursor}x`);
    expect(outcome(altered)).toBe('REQUEST.INVALID_CURSOR');
  });

  it('have a key that is unique within the type', async () => {
    const { key } = await create();
    const body = { type: 'folder', key, name: 'again' };
    expect(outcome(await service.as(admin).post('/v1/resources', body))).toBe('RBAC.RESOURCE_KEY_TAKEN');
    expect(outcome(await service.as(admin).post('/v1/resources', { ...body, type: 'other' }))).toBe(201);
  });

  it.each([
    [400, { type: 'root', key: 'k', name: 'n' }],
    [400, { type: 'folder', key: 'a\nb', name: 'n' }],
    [400, { type: 'folder', key: 'k', name: 'n', tags: { a: 1 } }],
    ['RBAC.UNKNOWN_RESOURCE', { type: 'folder', key: 'k', name: 'n', parentId: uuidv7() }],
    ['RBAC.UNKNOWN_PRINCIPAL', { type: 'folder', key: 'k', name: 'n', ownerId: uuidv7() }],
  ])('are refused with %s where the body is %j', async (expected, body) => {
    const answer = await service.as(admin).post('/v1/resources', body);
    expect([answer.status, answer.body.code]).toContain(expected);
  });

  it('move with all below them', async () => {
    const [a, b] = [await create(), await create()];
    const child = await create({ parentId: a.id });
    const leaf = await create({ parentId: child.id });
    const moved = await service.as(admin).patch(`/v1/resources/${child.id}`, { parentId: b.id }, 1);
    expect(moved).toMatchObject({ status: 200, body: { version: 2, path: [ROOT, b.id, child.id] } });
    expect((await get(leaf.id)).path).toEqual([ROOT, b.id, child.id, leaf.id]);
    expect(service.eventsNamed('resource.updated')[0]).toMatchObject({
      changes: { parentId: { before: a.id, after: b.id } },
    });
  });

  it('never lie below themselves, nor too deep', async () => {
    const a = await create();
    const b = await create({ parentId: a.id });
    for (const parentId of [a.id, b.id]) {
      const answer = await service.as(admin).patch(`/v1/resources/${a.id}`, { parentId }, 1);
      expect(outcome(answer)).toBe('RBAC.RESOURCE_CYCLE');
    }
    let deepest = b;
    while (deepest.path.length < 32) deepest = await create({ parentId: deepest.id });
    const below = { type: 'folder', key: uuidv7(), name: 'n', parentId: deepest.id };
    expect(outcome(await service.as(admin).post('/v1/resources', below))).toBe('RBAC.RESOURCE_TOO_DEEP');
    const top = await create();
    const move = await service.as(admin).patch(`/v1/resources/${a.id}`, { parentId: top.id }, 1);
    expect(outcome(move)).toBe('RBAC.RESOURCE_TOO_DEEP');
  });

  it('move and go only by the hand of who holds what the assignments concerned allow or deny', async () => {
    const [open, shut] = [await create(), await create()];
    const node = await create({ parentId: open.id });
    const mover = await service.createPrincipal();
    const tree = await service.createRole(admin, { grants: ['resources:*'] });
    await service.assign(admin, mover, tree.id);
    const other = await service.createPrincipal();
    const role = await service.createRole(admin, { grants: ['catalog.table:write'] });
    const assignment = { principalType: 'user', principalId: other, roleId: role.id, resourceId: shut.id };
    expect(outcome(await service.as(admin).post('/v1/assignments', assignment))).toBe(201);
    const move = (parentId: string, version: number, actor = mover) =>
      service.as(actor).patch(`/v1/resources/${node.id}`, { parentId }, version);
    expect(outcome(await move(shut.id, 1))).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
    expect(outcome(await move(uuidv7(), 1))).toBe('RBAC.UNKNOWN_RESOURCE');
    expect(outcome(await move(ROOT, 1))).toBe(200);
    expect(outcome(await move(shut.id, 2, admin))).toBe(200);
    expect(outcome(await move(open.id, 3))).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
    const remove = (actor: string, query = '') =>
      service.as(actor).delete(`/v1/resources/${shut.id}${query}`, 1);
    expect(outcome(await remove(mover))).toBe('RBAC.RESOURCE_IN_USE');
    expect(outcome(await remove(mover, '?cascade=true'))).toBe('RBAC.EXCEEDS_OWN_PERMISSIONS');
    expect(outcome(await remove(admin, '?cascade=true'))).toBe(204);
    expect(service.eventsNamed('resource.deleted')[0]).toMatchObject({
      changes: { alsoDeletedBelow: { before: 1 } },
    });
    expect(service.eventsNamed('assignment.deleted')[0]).toBeDefined();
  });

  it('are changed at a node by who holds the permission there, and unseen by others', async () => {
    const [mine, theirs] = [await create(), await create()];
    const local = await service.createPrincipal();
    const tree = await service.createRole(admin, { grants: ['resources:*'] });
    const assignment = { principalType: 'user', principalId: local, roleId: tree.id, resourceId: mine.id };
    await service.as(admin).post('/v1/assignments', assignment);
    const inside = { type: 'folder', key: uuidv7(), name: 'n', parentId: mine.id };
    expect(outcome(await service.as(local).post('/v1/resources', inside))).toBe(201);
    expect(outcome(await service.as(local).post('/v1/resources', { ...inside, parentId: theirs.id }))).toBe(
      'RBAC.MISSING_PERMISSION',
    );
    const patch = (id: string, body: object) => service.as(local).patch(`/v1/resources/${id}`, body, 1);
    expect(outcome(await patch(theirs.id, { name: 'x' }))).toBe('RBAC.RESOURCE_NOT_FOUND');
    expect(outcome(await patch(mine.id, { parentId: theirs.id }))).toBe('RBAC.MISSING_PERMISSION');
    const listed = await service.as(local).get('/v1/resources');
    expect(listed.body.items.map(({ key }: Node) => key)).toEqual([mine.key, inside.key]);
  });

  it('change only for who has seen the latest version', async () => {
    const { id } = await create();
    const patch = (version?: number) =>
      service.as(admin).patch(`/v1/resources/${id}`, { name: 'b' }, version);
    expect(outcome(await patch())).toBe('REQUEST.PRECONDITION_REQUIRED');
    expect(outcome(await patch(7))).toBe('REQUEST.PRECONDITION_FAILED');
    expect(outcome(await patch(1))).toBe(200);
    expect(outcome(await service.as(admin).delete(`/v1/resources/${id}`, 1))).toBe(
      'REQUEST.PRECONDITION_FAILED',
    );
    expect(outcome(await service.as(admin).delete(`/v1/resources/${id}`, 2))).toBe(204);
    expect(outcome(await service.as(admin).get(`/v1/resources/${id}`))).toBe('RBAC.RESOURCE_NOT_FOUND');
  });

  it('keep the root where it is', async () => {
    const elsewhere = await create();
    const { version } = await get('root');
    const moved = await service.as(admin).patch('/v1/resources/root', { parentId: elsewhere.id }, version);
    expect(outcome(moved)).toBe('RBAC.RESOURCE_IS_ROOT');
    expect(outcome(await service.as(admin).delete('/v1/resources/root?cascade=true', version))).toBe(
      'RBAC.RESOURCE_IS_ROOT',
    );
  });
});
