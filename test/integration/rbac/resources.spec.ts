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
    return answer.body as Node;
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
