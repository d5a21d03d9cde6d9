import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
const PUBLIC_URL = 'https://identity.example.com';
const RETURN_TO = 'https://app.example.com/signed-in';
const SECRET = 'a secret of the directory';
const ADMINISTRATOR_ROLE = '00000000-0000-7000-8000-000000000001';

const directory = (slug: string, more: object = {}): object => ({
  kind: 'ldap',
  slug,
  name: `Directory ${slug}`,
  config: {
    urls: ['ldap://127.0.0.1:9'],
    tls: 'none',
    bindDn: 'cn=reader,dc=example,dc=com',
    bindPassword: SECRET,
    searchBase: 'dc=example,dc=com',
  },
  ...more,
});

interface Provider {
  readonly id: string;
  readonly version: number;
  readonly config: Readonly<Record<string, unknown>>;
}

describe('identity providers', () => {
  let services: TwoServices;
  let token: string;
  const create = async (slug: string, more: object = {}): Promise<Provider> => {
    const { status, body } = await services.first.api.post('/v1/identity-providers', directory(slug, more), {
      token,
    });
    expect(status).toBe(201);
    return body as Provider;
  };
  const shown = async (email?: string): Promise<string[]> => {
    const query = email === undefined ? '' : `?email=${encodeURIComponent(email)}`;
    const { body } = await services.second.api.get(`/v1/auth/providers${query}`);
    return (body as { items: { slug: string }[] }).items.map(({ slug }) => slug);
  };
  const eventually = async (check: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
    while (!(await check())) {
      if (Date.now() > deadline) throw new Error('The other process has not learned of it within a second');
      await sleep(20);
    }
  };

  beforeAll(async () => {
    services = await startTwoServices({ PUBLIC_URL, SSO_RETURN_URLS: RETURN_TO });
    token = services.adminToken;
  });
  afterAll(() => services.stop());

  it('H: the bind password is in no answer and no event, and sealed in the table', async () => {
    const { id, version, config } = await create('sealed');
    expect(config).not.toHaveProperty('bindPassword');
    const read = await services.second.api.get(`/v1/identity-providers/${id}`, { token });
    const change = { config: { bindPassword: `${SECRET} 2` } };
    const changed = await services.first.api.patch(`/v1/identity-providers/${id}`, change, {
      token,
      ifMatch: version,
    });
    expect(changed.status).toBe(200);
    const events = await services.first.api.get(`/v1/audit/events?target=${id}`, { token });
    const list = await services.first.api.get('/v1/identity-providers', { token });
    const rows = await services.sql(
      "SELECT *, encode(secrets_ciphertext, 'escape') AS sealed FROM identity_providers",
    );
    expect((events.body as { items: unknown[] }).items).toHaveLength(2);
    expect(JSON.stringify([read.body, changed.body, events.body, list.body, rows])).not.toContain(SECRET);
    expect(JSON.stringify(events.body)).toContain('"config.bindPassword":{"after":"***"}');
  });

  it('a stored secret does not go to another server than it was given for', async () => {
    const { id, version } = await create('elsewhere');
    const path = `/v1/identity-providers/${id}`;
    const urls = ['ldap://127.0.0.1:10'];
    const refused = await services.first.api.patch(path, { config: { urls } }, { token, ifMatch: version });
    expect([refused.status, refused.body.code]).toEqual([422, 'PROVIDER.SECRET_REQUIRED']);
    const again = { config: { urls, bindPassword: SECRET } };
    expect((await services.first.api.patch(path, again, { token, ifMatch: version })).status).toBe(200);
  });

  it('says which field cannot be used', async () => {
    const bad = directory('bad', {
      config: {
        urls: ['ldap://127.0.0.1:9'],
        tls: 'ldaps',
        bindDn: 'cn=x',
        bindPassword: 'x',
        searchBase: 'dc=x',
      },
    });
    const { status, body } = await services.first.api.post('/v1/identity-providers', bad, { token });
    expect([status, body.code, body.errors[0].pointer]).toEqual([
      422,
      'PROVIDER.INVALID_CONFIG',
      '/config/urls',
    ]);
  });

  it('routes by the domain of an address on every process, whether or not there is such an account', async () => {
    const { id, version } = await create('routed', { domains: ['Routed.example'] });
    await eventually(async () => (await shown('nobody@routed.example')).join() === 'routed');
    expect(await shown('admin@elsewhere.example')).toEqual([]);
    const second = directory('second', { domains: ['routed.example'] });
    const taken = await services.first.api.post('/v1/identity-providers', second, { token });
    expect([taken.status, taken.body.code]).toEqual([409, 'PROVIDER.DOMAIN_TAKEN']);
    const disabled = await services.first.api.patch(
      `/v1/identity-providers/${id}`,
      { enabled: false },
      { token, ifMatch: version },
    );
    expect(disabled.status).toBe(200);
    await eventually(async () => (await shown('nobody@routed.example')).length === 0);
    await create('third', { domains: ['routed.example'] });
  });

  it('If-Match: a stale version is refused, and of parallel edits one wins', async () => {
    const { id, version } = await create('edited');
    const path = `/v1/identity-providers/${id}`;
    const edits = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        services.first.api.patch(path, { name: `Name ${n}` }, { token, ifMatch: version }),
      ),
    );
    expect(edits.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    expect((await services.first.api.delete(path, { token, ifMatch: version })).status).toBe(412);
    expect((await services.first.api.delete(path, { token, ifMatch: version + 1 })).status).toBe(204);
    expect((await services.first.api.get(path, { token })).status).toBe(404);
  });

  it('a broken record denies itself only', async () => {
    const { id } = await create('broken');
    await create('whole');
    await eventually(async () => (await shown()).includes('broken'));
    await services.sql(`UPDATE identity_providers SET secrets_ciphertext = '\\x00' WHERE id = $1`, [id]);
    await services.sql(`INSERT INTO change_feed (kind, keys) VALUES ('identity-providers', '["${id}"]')`);
    await eventually(async () => !(await shown()).includes('broken'));
    expect(await shown()).toContain('whole');
    // The line is on its way through a pipe.
    await eventually(() => Promise.resolve(services.second.output().includes('"broken\\" cannot be used')));
  });

  describe('among the dependencies', () => {
    const listed = async (): Promise<string[]> => {
      const { body } = await services.first.api.get('/health/dependencies');
      return (body as { dependencies: { name: string }[] }).dependencies.map(({ name }) => name);
    };
    const oidc = {
      kind: 'oidc',
      config: { issuer: 'https://127.0.0.1:9', clientId: 'portcullis', clientSecret: SECRET },
    };
    const query = new URLSearchParams({ returnTo: RETURN_TO, codeChallenge: 'a'.repeat(43) }).toString();

    it.each([
      ['ldap', 'ldap:seen-ldap', {}],
      ['oidc', 'identity-provider:seen-oidc', oidc],
    ])(
      'a provider (%s) appears when it is used, and goes when it is disabled or deleted',
      async (kind, name, more) => {
        const { id, version } = await create(`seen-${kind}`, more);
        const path = `/v1/identity-providers/${id}`;
        const use = async (): Promise<void> => {
          const answer =
            kind === 'ldap'
              ? services.first.api.post('/v1/auth/ldap/seen-ldap/login', { username: 'a', password: 'b' })
              : services.first.api.get(`/v1/auth/oidc/seen-oidc/login?${query}`);
          expect(await answer).toMatchObject({ status: 503, body: { code: 'PROVIDER.UNAVAILABLE' } });
        };
        const setEnabled = async (enabled: boolean, ifMatch: number): Promise<void> => {
          expect((await services.first.api.patch(path, { enabled }, { token, ifMatch })).status).toBe(200);
        };
        expect(await listed()).not.toContain(name);
        await use();
        expect(await listed()).toContain(name);
        await setEnabled(false, version);
        await eventually(async () => !(await listed()).includes(name));
        await setEnabled(true, version + 1);
        await eventually(async () => (await shown()).includes(`seen-${kind}`));
        await use();
        expect(await listed()).toContain(name);
        const ifMatch = version + 2;
        expect((await services.first.api.delete(path, { token, ifMatch })).status).toBe(204);
        await eventually(async () => !(await listed()).includes(name));
      },
    );
  });

  it('nobody maps to what they do not hold, and nobody without the permission maps at all', async () => {
    const user = await services.aUser();
    const own = await services.first.api.signIn(user.username, PASSWORD);
    const withGrant = directory('raising', {
      mappings: [{ type: 'role', when: { group: { equals: 'cn=all' } }, roleId: ADMINISTRATOR_ROLE }],
    });
    const denied = await services.first.api.post('/v1/identity-providers', withGrant, {
      token: own.accessToken,
    });
    expect(denied.status).toBe(403);
    const role = { name: 'provider keeper', grants: ['identity-providers:*'] };
    const { body } = await services.first.api.post('/v1/roles', role, { token });
    const assignment = { principalType: 'user', principalId: user.id, roleId: body.id, effect: 'allow' };
    expect((await services.first.api.post('/v1/assignments', assignment, { token })).status).toBe(201);
    const exceeding = await services.first.api.post('/v1/identity-providers', withGrant, {
      token: own.accessToken,
    });
    expect([exceeding.status, exceeding.body.code]).toEqual([403, 'RBAC.EXCEEDS_OWN_PERMISSIONS']);
    const harmless = await services.first.api.post('/v1/identity-providers', directory('raising'), {
      token: own.accessToken,
    });
    expect(harmless.status).toBe(201);
  });

  it('nobody makes themselves somebody more privileged who signs in by a provider', async () => {
    const keeper = await services.aUser();
    const role = { name: 'keeper of providers', grants: ['identity-providers:*'] };
    const { body } = await services.first.api.post('/v1/roles', role, { token });
    const assignment = { principalType: 'user', principalId: keeper.id, roleId: body.id, effect: 'allow' };
    expect((await services.first.api.post('/v1/assignments', assignment, { token })).status).toBe(201);
    const own = (await services.first.api.signIn(keeper.username, PASSWORD)).accessToken;
    const { id } = await create('linked');
    let version = 1;
    const patch = async (change: object, by = own): Promise<[number, string | undefined]> => {
      const { status, body: answer } = await services.first.api.patch(
        `/v1/identity-providers/${id}`,
        change,
        { token: by, ifMatch: version },
      );
      if (status === 200) version += 1;
      return [status, answer.code];
    };
    const link = (username: string) =>
      services.sql(
        `INSERT INTO external_identities (provider_id, external_id, user_id, username, provisioned)
         SELECT $1, $2, id, $2, false FROM users WHERE username = $2`,
        [id, username],
      );
    const elsewhere = { config: { searchBase: 'dc=mine,dc=example,dc=com' } };
    const trusting = { trustedMethods: ['mfa'] };

    await link((await services.aUser()).username);
    await link(keeper.username);
    expect(await patch(elsewhere)).toEqual([200, undefined]);

    await link('admin');
    expect(await patch({ config: { searchBase: 'dc=other' } })).toEqual([403, 'RBAC.TARGET_MORE_PRIVILEGED']);
    expect(await patch(trusting)).toEqual([403, 'RBAC.TARGET_MORE_PRIVILEGED']);
    expect(await patch({ name: 'Renamed', config: { bindPassword: 'rotated' } })).toEqual([200, undefined]);
    expect(await patch({ ...trusting, config: { searchBase: 'dc=other' } }, token)).toEqual([200, undefined]);
    const denials = await services.first.api.get(`/v1/audit/events?action=access.denied&actor=${keeper.id}`, {
      token,
    });
    expect((denials.body as { items: { reason: string }[] }).items.map(({ reason }) => reason)).toEqual([
      'target_more_privileged',
      'target_more_privileged',
    ]);
  });
});
