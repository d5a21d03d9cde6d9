import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'a long and quiet sentence';
const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
const NOBODY = '01234567-89ab-7cde-8f01-23456789abcd';

describe('who may do what', () => {
  let database: TestDatabase;
  let first: ServiceProcess;
  let second: ServiceProcess;
  let admin: string;
  let count = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    [first, second] = await Promise.all([
      startService(database.url, { TRUSTED_PROXIES: '127.0.0.1' }),
      startService(database.url),
    ]);
    admin = (await first.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await database.drop();
  });

  const made = async (path: string, body: object, token = admin) => {
    const answer = await first.api.post(path, body, { token });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as { id: string; version: number; policyVersion: string };
  };
  const aUser = async () => {
    const username = `person${++count}`;
    const { id } = await made('/v1/users', {
      username,
      email: `${username}@example.com`,
      displayName: username,
      password: PASSWORD,
    });
    return { id, username, token: (await first.api.signIn(username, PASSWORD)).accessToken };
  };
  const aRole = (grants: string[]) => made('/v1/roles', { name: `role ${++count}`, grants });
  const aNode = async (parentId = 'root', type = 'folder') => {
    const key = `node-${++count}`;
    return { key, ...(await made('/v1/resources', { type, key, name: key, parentId })) };
  };
  const assign = (principalId: string, roleId: string, more: object = {}) =>
    made('/v1/assignments', { principalType: 'user', principalId, roleId, ...more });
  const may = async (id: string, permission: string, resource?: string, service = first) => {
    const { body } = await service.api.post(
      '/v1/access/check',
      { subject: { type: 'user', id }, permission, ...(resource && { resource: { id: resource } }) },
      { token: admin },
    );
    return body.allowed as boolean;
  };
  const within = async (holds: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error('The other process does not know after a second');
      await sleep(10);
    }
  };

  it('is told of oneself to everybody, and of others to those who may ask', async () => {
    const [user, other] = [await aUser(), await aUser()];
    const role = await aRole(['roles:read']);
    await assign(user.id, role.id);
    const own = await first.api.post('/v1/access/check', { permission: 'roles:read' }, { token: user.token });
    expect(own.body).toMatchObject({ allowed: true, policyVersion: expect.stringMatching(/^\d+$/) });
    const not = await first.api.post(
      '/v1/access/check',
      { permission: 'roles:create' },
      { token: user.token },
    );
    expect(not.body.allowed).toBe(false);
    const foreign = { subject: { type: 'user', id: other.id }, permission: 'roles:read' };
    for (const [path, body] of [
      ['check', foreign],
      ['explain', foreign],
      ['list', foreign],
      ['batch', { checks: [{ permission: 'roles:read' }, foreign] }],
    ] as const) {
      const refused = await first.api.post(`/v1/access/${path}`, body, { token: user.token });
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'RBAC.MISSING_PERMISSION']);
    }
    await assign(user.id, (await aRole(['access:evaluate'])).id);
    expect((await first.api.post('/v1/access/check', foreign, { token: user.token })).body.allowed).toBe(
      false,
    );
  });

  it('is no, and no error, for who and what is not known', async () => {
    expect(await may(NOBODY, 'users:read')).toBe(false);
    const { id } = await aUser();
    expect(await may(id, 'no.such:permission')).toBe(false);
    expect(await may(id, 'users:read', NOBODY)).toBe(false);
  });

  it('is told for up to 1,000 checks at once, in order', async () => {
    const user = await aUser();
    await assign(user.id, (await aRole(['roles:read'])).id);
    const checks = Array.from({ length: 1_000 }, (_, i) => ({
      subject: { type: 'user', id: user.id },
      permission: i % 3 === 0 ? 'roles:read' : 'users:read',
    }));
    const answer = await first.api.post('/v1/access/batch', { checks }, { token: admin });
    expect(answer.body.results.map((result: { allowed: boolean }) => result.allowed)).toEqual(
      checks.map(({ permission }) => permission === 'roles:read'),
    );
    const tooMany = await first.api.post(
      '/v1/access/batch',
      { checks: [...checks, checks[0]] },
      { token: admin },
    );
    expect(tooMany.status).toBe(400);
  });

  it('waits for a demanded version of the policy, but not for ever', async () => {
    const user = await aUser();
    const { policyVersion } = await assign(user.id, (await aRole(['roles:read'])).id);
    const check = { subject: { type: 'user', id: user.id }, permission: 'roles:read' };
    const at = (minPolicyVersion: string) =>
      second.api.post('/v1/access/check', { ...check, minPolicyVersion }, { token: admin });
    expect((await at(policyVersion)).body.allowed).toBe(true);
    const startedAt = Date.now();
    const pending = await at(String(BigInt(policyVersion) + 1_000n));
    expect([pending.status, pending.body.code]).toEqual([503, 'RBAC.POLICY_VERSION_PENDING']);
    expect(Date.now() - startedAt).toBeLessThan(3_000);
  });

  it('is right at once on the other process when the version of any write is demanded', async () => {
    const user = await aUser();
    const [a, b] = [await aNode(), await aNode()];
    const node = await aNode(a.id);
    const tagged = { op: 'eq', attribute: 'resource.tags.class', value: 'open' };
    const role = await aRole(['resources:read']);
    await assign(user.id, role.id, { resourceId: b.id });
    await assign(user.id, role.id, { resourceId: a.id, condition: tagged });
    await assign(user.id, role.id, { resourceId: a.id, condition: { op: 'owner' } });
    const allowed = async (minPolicyVersion: string) => {
      const check = { subject: { type: 'user', id: user.id }, permission: 'resources:read' };
      const asked = { ...check, resource: { id: node.id }, minPolicyVersion };
      return (await second.api.post('/v1/access/check', asked, { token: admin })).body.allowed as boolean;
    };
    const patch = async (path: string, change: object, ifMatch: number) => {
      const answer = await first.api.patch(path, change, { token: admin, ifMatch });
      expect(answer.status).toBe(200);
      return answer.body.policyVersion as string;
    };
    const at = (change: object, ifMatch: number) => patch(`/v1/resources/${node.id}`, change, ifMatch);
    expect(await allowed(node.policyVersion)).toBe(false);
    expect(await allowed(await at({ tags: { class: 'open' } }, 1))).toBe(true);
    expect(await allowed(await at({ tags: {} }, 2))).toBe(false);
    expect(await allowed(await at({ ownerId: user.id }, 3))).toBe(true);
    expect(await allowed(await at({ ownerId: null }, 4))).toBe(false);
    expect(await allowed(await at({ parentId: b.id }, 5))).toBe(true);
    expect(await allowed(await patch(`/v1/roles/${role.id}`, { grants: ['roles:read'] }, 1))).toBe(false);
    expect(await allowed(await patch(`/v1/roles/${role.id}`, { grants: ['resources:*'] }, 2))).toBe(true);
    const gone = await first.api.delete(`/v1/resources/${node.id}`, { token: admin, ifMatch: 6 });
    expect([gone.status, gone.body]).toEqual([204, null]);
    expect(await allowed(gone.headers.get('policy-version')!)).toBe(false);
  });

  it('tells the version of every write to roles and groups, deletions included', async () => {
    const versions: number[] = [];
    for (const [path, body] of [
      ['/v1/roles', { name: `role ${++count}` }],
      ['/v1/groups', { name: `group ${++count}` }],
    ] as const) {
      const { id, policyVersion } = await made(path, body);
      const changed = await first.api.patch(
        `${path}/${id}`,
        { description: 'x' },
        { token: admin, ifMatch: 1 },
      );
      const gone = await first.api.delete(`${path}/${id}`, { token: admin, ifMatch: 2 });
      expect(gone.status).toBe(204);
      const later = [changed.body.policyVersion, gone.headers.get('policy-version')] as string[];
      versions.push(...[policyVersion, ...later].map(Number));
    }
    expect(versions).toEqual(versions.map((_, index) => versions[0]! + index));
  });

  it('is explained, to its subject without what others configured', async () => {
    const user = await aUser();
    const role = await aRole(['roles:read']);
    const { id } = await assign(user.id, role.id);
    const body = { subject: { type: 'user', id: user.id }, permission: 'roles:read' };
    const whole = await first.api.post('/v1/access/explain', body, { token: admin });
    expect(whole.body).toMatchObject({
      decision: { allowed: true },
      deciding: [{ assignmentId: id, effect: 'allow', roleId: role.id, outcome: 'applies' }],
    });
    const own = await first.api.post(
      '/v1/access/explain',
      { permission: 'roles:read' },
      { token: user.token },
    );
    expect(own.body.deciding).toEqual([{ effect: 'allow', roleId: role.id, outcome: 'applies' }]);
  });

  it('is explained alike of what is denied, of what is allowed elsewhere, and of what does not exist', async () => {
    const user = await aUser();
    const role = await aRole(['resources:read']);
    const [allowed, elsewhere, denied] = [await aNode(), await aNode(), await aNode()];
    await assign(user.id, role.id, { resourceId: allowed.id });
    await assign(user.id, role.id, { resourceId: denied.id, effect: 'deny' });
    const deniedBelow = await aNode(allowed.id);
    await assign(user.id, role.id, { resourceId: deniedBelow.id, effect: 'deny' });
    const explained = async (id: string): Promise<object> => {
      const body = { permission: 'resources:read', resource: { id } };
      const answer = await first.api.post('/v1/access/explain', body, { token: user.token });
      expect(answer.status).toBe(200);
      return { ...answer.body, decision: { ...answer.body.decision, decisionId: '' } } as object;
    };
    const nowhere = await explained('0192f0c4-5c6d-7e8f-9a0b-1c2d3e4f5a6b');
    expect(await explained(elsewhere.id)).toEqual(nowhere);
    expect(await explained(denied.id)).toEqual(nowhere);
    expect(await explained(deniedBelow.id)).toEqual(nowhere);
    expect(await explained(allowed.id)).not.toEqual(nowhere);
  });

  it('is no more at once on the other process when a membership ends', async () => {
    const user = await aUser();
    const group = await made('/v1/groups', { name: `group ${++count}` });
    const role = await aRole(['roles:read']);
    await assign(group.id, role.id, { principalType: 'group' });
    expect(await may(user.id, 'roles:read', undefined, second)).toBe(false);
    await made(`/v1/groups/${group.id}/members`, { principalType: 'user', principalId: user.id });
    await within(() => may(user.id, 'roles:read', undefined, second));
    await first.api.delete(`/v1/groups/${group.id}/members/${user.id}`, { token: admin });
    await within(async () => !(await may(user.id, 'roles:read', undefined, second)));
  });

  it('follows a node that moves, with what is assigned at it', async () => {
    const user = await aUser();
    const role = await aRole(['resources:read']);
    const [a, b] = [await aNode(), await aNode()];
    const child = await aNode(a.id);
    const leaf = await aNode(child.id);
    await assign(user.id, role.id, { resourceId: a.id });
    const seen = (id: string) => may(user.id, 'resources:read', id, second);
    await within(() => seen(leaf.id));
    expect(await seen(b.id)).toBe(false);
    const move = (parentId: string, ifMatch: number) =>
      first.api.patch(`/v1/resources/${child.id}`, { parentId }, { token: admin, ifMatch });
    expect((await move(b.id, 1)).status).toBe(200);
    await within(async () => !(await seen(leaf.id)));
    await assign(user.id, role.id, { resourceId: child.id });
    await within(() => seen(leaf.id));
    await move('root', 2);
    expect(await seen(leaf.id)).toBe(true);
  });

  it('shows in lists: exactly the resources that are allowed, page by page', async () => {
    const user = await aUser();
    const role = await aRole(['resources:read']);
    const [folder, other] = [await aNode(), await aNode()];
    await assign(user.id, role.id, { resourceId: folder.id });
    const files = [];
    for (let i = 0; i < 5; i++) files.push((await aNode(folder.id, 'file')).id);
    const hidden = await aNode(other.id, 'file');
    const body = { permission: 'resources:read', type: 'file', limit: 3 };
    const page = await first.api.post('/v1/access/list', body, { token: user.token });
    const rest = await first.api.post(
      '/v1/access/list',
      { ...body, cursor: page.body.nextCursor },
      { token: user.token },
    );
    const ids = [...page.body.items, ...rest.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(files);
    const listed = await first.api.get('/v1/resources?type=file&limit=200', { token: user.token });
    expect(listed.body.items.map(({ id }: { id: string }) => id)).toEqual(files);
    const conceal = await first.api.get(`/v1/resources/${hidden.id}`, { token: user.token });
    expect(conceal.body.code).toBe('RBAC.RESOURCE_NOT_FOUND');
    expect((await first.api.get(`/v1/resources/${files[0]}`, { token: user.token })).status).toBe(200);
  });

  it.each(['users', 'roles', 'groups', 'resources', 'assignments', 'identity-providers', 'audit/events'])(
    'shows in no list of %s by a filter or an order of what it hides',
    async (list) => {
      const { body } = await first.api.get(`/v1/${list}?limit=1`, { token: admin });
      expect(JSON.stringify(body)).not.toMatch(/argon2|password_?hash|secret/i);
      for (const query of [
        'passwordHash=x',
        'password_hash=x',
        'sort=passwordHash',
        'order=secret',
        'q=argon2',
      ]) {
        const answer = await first.api.get(`/v1/${list}?${query}`, { token: admin });
        expect([answer.status, answer.body.code]).toEqual([400, 'REQUEST.MALFORMED']);
      }
    },
  );

  it('inherits nothing from a resource or a group of the same name that was deleted', async () => {
    const user = await aUser();
    const role = await aRole(['resources:read']);
    const body = { type: 'folder', key: `again ${++count}`, name: 'again' };
    const gone = await made('/v1/resources', body);
    await assign(user.id, role.id, { resourceId: gone.id });
    const remove = (query: string) =>
      first.api.delete(`/v1/resources/${gone.id}${query}`, { token: admin, ifMatch: 1 });
    expect((await remove('')).body.code).toBe('RBAC.RESOURCE_IN_USE');
    expect((await remove('?cascade=true')).status).toBe(204);
    const back = await made('/v1/resources', body);
    expect(await may(user.id, 'resources:read', back.id)).toBe(false);
    expect(await may(user.id, 'resources:read', gone.id)).toBe(false);
  });

  describe('by AuthZEN', () => {
    const post = (path: string, body: object, token = admin, headers: Record<string, string> = {}) =>
      first.api.post(`/access/v1/${path}`, body, { token, headers });

    it('is told where to ask', async () => {
      const { body } = await first.api.get('/.well-known/authzen-configuration');
      expect(body.policy_decision_point).toBe(first.api.baseUrl);
      expect(body.access_evaluation_endpoint).toBe(`${first.api.baseUrl}/access/v1/evaluation`);
      const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'javascript' };
      const forwarded = await first.api.get('/.well-known/authzen-configuration', { headers });
      expect(forwarded.body.policy_decision_point).toBe(first.api.baseUrl);
    });

    it('is decided by the names of the world, and false for unknown ones', async () => {
      const user = await aUser();
      const node = await aNode('root', 'document');
      await assign(user.id, (await aRole(['resources:read'])).id, { resourceId: node.id });
      const ask = async (subject: object, resource: object) => {
        const answer = await post('evaluation', { subject, resource, action: { name: 'resources:read' } });
        expect(answer.status).toBe(200);
        return answer.body.decision as boolean;
      };
      const [subject, resource] = [
        { type: 'user', id: user.username },
        { type: 'document', id: node.key },
      ];
      expect(await ask(subject, resource)).toBe(true);
      expect(await ask({ type: 'user', id: user.id }, { type: 'document', id: node.id })).toBe(true);
      expect(await ask(subject, { type: 'document', id: node.id.toUpperCase() })).toBe(true);
      expect(await ask({ type: 'user', id: user.username.toUpperCase() }, resource)).toBe(true);
      for (const unknown of [
        { type: 'robot', id: user.username },
        { type: '__proto__', id: user.username },
        { type: 'constructor', id: user.username },
        { type: 'user', id: 'nobody.at.all' },
        { type: 'service', id: user.id },
      ]) {
        expect(await ask(unknown, resource)).toBe(false);
      }
      for (const unknown of [
        { type: 'file', id: node.key },
        { type: 'file', id: node.id },
        { type: 'document', id: 'no such key' },
      ]) {
        expect(await ask(subject, unknown)).toBe(false);
      }
    });

    it('answers with the request id of the caller, if it is one', async () => {
      const user = await aUser();
      const body = {
        subject: { type: 'user', id: user.username },
        action: { name: 'users:read' },
        resource: { type: 'root', id: 'root' },
      };
      const send = async (id: string, token?: string, sent: object = body) =>
        (await post('evaluation', sent, token, { 'x-request-id': id })).headers.get('x-request-id');
      expect(await send('bfe9eb29-1')).toBe('bfe9eb29-1');
      expect(await send('bfe9eb29-2', 'no token')).toBe('bfe9eb29-2');
      expect(await send('bfe9eb29-3', admin, {})).toBe('bfe9eb29-3');
      expect(await send('a b')).not.toBe('a b');
      expect((await post('evaluation', body, user.token)).body).toEqual({ decision: false });
      expect((await post('evaluation', body, (await aUser()).token)).status).toBe(403);
    });

    it.each([{}, { subject: { type: 'user', id: 'a' } }, { subject: 'a', action: 'b', resource: 'c' }])(
      'refuses %j as malformed',
      async (body) => {
        expect((await post('evaluation', body)).status).toBe(400);
        expect((await post('evaluations', body)).status).toBe(400);
      },
    );

    it('evaluates many by the semantic that is asked for', async () => {
      const user = await aUser();
      const node = await aNode('root', 'document');
      await assign(user.id, (await aRole(['resources:read'])).id, { resourceId: node.id });
      const evaluate = async (evaluations: object[], evaluations_semantic?: string) => {
        const { body } = await post('evaluations', {
          subject: { type: 'user', id: user.username },
          action: { name: 'resources:read' },
          resource: { type: 'document', id: node.key },
          evaluations,
          ...(evaluations_semantic && { options: { evaluations_semantic } }),
        });
        return body;
      };
      const [yes, no] = [{}, { action: { name: 'resources:update' } }];
      const decisions = (body: { evaluations: { decision: boolean }[] }) =>
        body.evaluations.map(({ decision }) => decision);
      expect(decisions(await evaluate([yes, no, yes]))).toEqual([true, false, true]);
      expect(decisions(await evaluate([yes, no, yes], 'deny_on_first_deny'))).toEqual([true, false]);
      expect(decisions(await evaluate([no, yes, no], 'permit_on_first_permit'))).toEqual([false, true]);
      expect(await evaluate([])).toEqual({ decision: true });
      const broken = await evaluate([{ resource: { type: 'document' } }, yes]);
      expect(broken.evaluations).toEqual([
        { decision: false, context: { error: { status: 400, message: expect.any(String) } } },
        { decision: true },
      ]);
    });

    it('finds subjects, resources and actions that evaluate to true', async () => {
      const [direct, member] = [await aUser(), await aUser()];
      const role = await aRole(['resources:read', 'resources:update']);
      const folder = await aNode();
      const type = `search-${++count}`;
      const nodes = [
        await aNode(folder.id, type),
        await aNode(folder.id, type),
        await aNode(folder.id, type),
      ];
      const group = await made('/v1/groups', { name: `group ${++count}` });
      await assign(group.id, role.id, { principalType: 'group', resourceId: folder.id });
      await assign(direct.id, role.id, { resourceId: folder.id });
      await made(`/v1/groups/${group.id}/members`, { principalType: 'user', principalId: member.id });
      const resource = { type, id: nodes[0]!.key };
      const action = { name: 'resources:update' };

      const subjects = await post('search/subject', { subject: { type: 'user' }, action, resource });
      const names = subjects.body.results.map(({ id }: { id: string }) => id);
      expect(names).toEqual(expect.arrayContaining([direct.username, member.username, ADMIN.username]));
      expect(names).toHaveLength(3);
      expect(subjects.body.page.next_token).toBe('');

      const question = { subject: { type: 'user', id: member.username }, action, resource: { type } };
      const first2 = await post('search/resource', { ...question, page: { limit: 2 } });
      expect(first2.body.results).toEqual(nodes.slice(0, 2).map(({ key }) => ({ type, id: key })));
      const token = first2.body.page.next_token as string;
      const last = await post('search/resource', { ...question, page: { limit: 2, token } });
      expect(last.body.results).toEqual([{ type, id: nodes[2]!.key }]);
      const other = await post('search/resource', {
        ...question,
        subject: { type: 'user', id: direct.username },
        page: { limit: 2, token },
      });
      expect(other.body.code).toBe('REQUEST.INVALID_CURSOR');

      const actions = await post('search/action', { subject: question.subject, resource });
      expect(actions.body.results).toEqual([{ name: 'resources:read' }, { name: 'resources:update' }]);
    });
  });
});
