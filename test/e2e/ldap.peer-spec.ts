import { BASE, passwordOf, person, READER, startOpenLdap, type OpenLdap } from '../support/openldap';
import { freePort } from '../support/service';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

type Answer = Awaited<ReturnType<TwoServices['first']['api']['get']>>;

interface Me {
  readonly subject: string;
  readonly permissions: readonly string[];
}

describe('sign-in with the password of a directory (OpenLDAP)', () => {
  let services: TwoServices;
  let directory: OpenLdap;
  let token: string;
  let steward: string;

  const config = (more: object = {}): object => ({
    urls: [directory.url],
    tls: 'none',
    bindDn: READER.dn,
    bindPassword: READER.password,
    searchBase: `ou=people,${BASE}`,
    jitProvisioning: true,
    ...more,
  });
  const provider = async (slug: string, more: object = {}, configuration: object = {}): Promise<string> => {
    const body = { kind: 'ldap', slug, name: slug, ...more, config: config(configuration) };
    const answer = await services.first.api.post('/v1/identity-providers', body, { token });
    expect(answer.status).toBe(201);
    return (answer.body as { id: string }).id;
  };
  const login = (slug: string, username: unknown, password: unknown): Promise<Answer> =>
    services.first.api.post(`/v1/auth/ldap/${slug}/login`, { username, password });
  const me = async ({ status, body }: Answer): Promise<Me> => {
    expect(status).toBe(200);
    return (
      await services.first.api.get('/v1/auth/me', { token: (body as { accessToken: string }).accessToken })
    ).body as Me;
  };
  const lastReason = async (): Promise<string> => {
    const [event] = await services.sql<{ reason: string }>(
      `SELECT reason FROM audit_events WHERE action = 'sign_in.failed' ORDER BY id DESC LIMIT 1`,
    );
    return event?.reason ?? '';
  };

  beforeAll(async () => {
    [services, directory] = await Promise.all([startTwoServices(), startOpenLdap()]);
    token = services.adminToken;
    for (const uid of ['alice', 'bob', 'carol', 'dave', 'erin']) directory.add(person(uid));
    directory.add(`dn: cn=stewards,ou=groups,${BASE}
objectClass: groupOfNames
cn: stewards
member: cn=alice,ou=people,${BASE}
member: cn=bob,ou=people,${BASE}
`);
    const role = { name: 'steward', grants: ['groups:read'] };
    steward = ((await services.first.api.post('/v1/roles', role, { token })).body as { id: string }).id;
    const when = { group: { equals: `cn=stewards,ou=groups,${BASE}` } };
    await provider('corporate', { mappings: [{ type: 'role', when, roleId: steward }] });
  });
  afterAll(async () => {
    await Promise.all([services.stop(), directory.stop()]);
  });

  it('T3: ALICE, "alice " and a renamed uid are one account, by the entry’s stable id', async () => {
    const subjectOf = async (name: string): Promise<string> =>
      (await me(await login('corporate', name, passwordOf('alice')))).subject;
    const first = await subjectOf('alice');
    expect(await subjectOf('ALICE')).toBe(first);
    expect(await subjectOf('alice ')).toBe(first);
    directory.modify(`dn: cn=alice,ou=people,${BASE}\nchangetype: modify\nreplace: uid\nuid: alice.king\n`);
    expect(await subjectOf('alice.king')).toBe(first);
  });

  it('H: another entry that is later given the uid is not the old account', async () => {
    directory.add(person('frank'));
    const { subject } = await me(await login('corporate', 'frank', passwordOf('frank')));
    directory.modify(`dn: cn=frank,ou=people,${BASE}\nchangetype: delete\n`);
    directory.add(person('frank'));
    const answer = await login('corporate', 'frank', passwordOf('frank'));
    expect(answer.status).toBe(401);
    expect(await lastReason()).toBe('email_in_use');
    expect(await services.sql('SELECT 1 FROM sessions WHERE user_id = $1', [subject])).toHaveLength(1);
  });

  it('T1: what is no string is refused before the strategy, and the process survives', async () => {
    for (const password of [true, 1, {}, [], null, ['a']])
      expect((await login('corporate', 'bob', password)).status).toBe(400);
    expect((await login('corporate', { $ne: '' }, 'x')).status).toBe(400);
    expect(services.first.exitCode()).toBeNull();
  });

  it('T2: credentials in the query string are not credentials', async () => {
    const query = `username=bob&password=${encodeURIComponent(passwordOf('bob'))}`;
    const answer = await services.first.api.post(`/v1/auth/ldap/corporate/login?${query}`, {});
    expect(answer.status).toBe(400);
  });

  it('T4: an empty password is refused, where the directory itself would call it anonymous', async () => {
    expect((await login('corporate', 'bob', '')).status).toBe(400);
  });

  it('an unknown name, a wrong password and a pattern get one and the same answer', async () => {
    const answers = await Promise.all([
      login('corporate', 'nobody', 'wrong'),
      login('corporate', 'erin', 'wrong'),
      login('corporate', '*', passwordOf('erin')),
      login('corporate', 'eri*', passwordOf('erin')),
      login('corporate', 'erin)(uid=*', passwordOf('erin')),
    ]);
    for (const { status, body } of answers)
      expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CREDENTIALS']);
  });

  it('H: group removal takes effect at the next login; what was given by hand stays', async () => {
    const before = await me(await login('corporate', 'bob', passwordOf('bob')));
    expect(before.permissions).toContain('groups:read');
    const manual = { principalType: 'user', principalId: before.subject, roleId: steward, effect: 'allow' };
    const given = await services.first.api.post('/v1/assignments', manual, { token });
    expect(given.status).toBe(201);
    const group = `dn: cn=stewards,ou=groups,${BASE}\nchangetype: modify\n`;
    directory.modify(`${group}delete: member\nmember: cn=bob,ou=people,${BASE}\n`);
    expect((await me(await login('corporate', 'bob', passwordOf('bob')))).permissions).toContain(
      'groups:read',
    );
    const { id } = given.body as { id: string };
    expect((await services.first.api.delete(`/v1/assignments/${id}`, { token })).status).toBe(200);
    expect((await me(await login('corporate', 'bob', passwordOf('bob')))).permissions).not.toContain(
      'groups:read',
    );
    directory.modify(`${group}add: member\nmember: cn=bob,ou=people,${BASE}\n`);
    expect((await me(await login('corporate', 'bob', passwordOf('bob')))).permissions).toContain(
      'groups:read',
    );
  });

  it('T3: wrong passwords for one entry count together on both processes, however its name is spelled', async () => {
    const spellings = ['carol', 'CAROL', 'carol ', ' Carol', 'cArOl'];
    for (const [n, spelling] of spellings.entries()) {
      const { api } = n % 2 === 0 ? services.first : services.second;
      const body = { username: spelling, password: 'wrong' };
      expect((await api.post('/v1/auth/ldap/corporate/login', body)).status).toBe(401);
      expect(await lastReason()).toBe('wrong_password');
    }
    expect((await login('corporate', 'carol', passwordOf('carol'))).status).toBe(401);
    expect(await lastReason()).toBe('locked_out');
  });

  it('reads attributes in whatever spelling a record asks for them', async () => {
    directory.add(person('heidi', 'title: Baker\n'));
    const when = { attribute: 'TITLE', is: { equals: 'Baker' } };
    const attributes = { username: 'UID', email: 'Mail', displayName: 'CN' };
    await provider('spelled', { mappings: [{ type: 'role', when, roleId: steward }] }, { attributes });
    const { permissions } = await me(await login('spelled', 'heidi', passwordOf('heidi')));
    expect(permissions).toContain('groups:read');
  });

  it('H: two entries that match are nobody', async () => {
    const slug = 'ambiguous';
    await provider(slug, {}, { searchFilter: '(|(uid={{username}})(objectClass=inetOrgPerson))' });
    expect((await login(slug, 'erin', passwordOf('erin'))).status).toBe(401);
    expect(await lastReason()).toBe('directory_ambiguous');
  });

  it('H: a local account with the address is not taken over, and its owner signs in as before', async () => {
    const local = {
      username: 'dave.local',
      email: 'dave@example.com',
      displayName: 'Dave',
      password: 'a long and quiet sentence',
    };
    expect((await services.first.api.post('/v1/users', local, { token })).status).toBe(201);
    expect((await login('corporate', 'dave', passwordOf('dave'))).status).toBe(401);
    expect(await lastReason()).toBe('email_in_use');
    expect((await services.first.api.login('dave@example.com', local.password)).status).toBe(200);
  });

  it('H: people of a directory cannot set a local password', async () => {
    const { body } = await login('corporate', 'erin', passwordOf('erin'));
    const change = { currentPassword: passwordOf('erin'), newPassword: 'a long and quiet sentence' };
    const own = (body as { accessToken: string }).accessToken;
    const answer = await services.first.api.post('/v1/users/me/password', change, { token: own });
    expect([answer.status, answer.body.code]).toEqual([422, 'USER.CURRENT_PASSWORD_WRONG']);
    expect((await services.first.api.login('erin', passwordOf('erin'))).status).toBe(401);
  });

  it('links an entry to a local account whose owner proves both; the directory’s people come by no other way', async () => {
    const user = await services.aUser();
    const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
    directory.add(person('grace'));
    const credentials = { username: 'grace', password: passwordOf('grace') };
    const path = '/v1/users/me/identities/corporate';
    const wrong = { ...credentials, password: 'wrong' };
    expect((await services.first.api.post(path, wrong, { token: accessToken })).status).toBe(401);
    expect((await services.first.api.post(path, credentials, { token: accessToken })).status).toBe(204);
    expect((await me(await login('corporate', 'grace', passwordOf('grace')))).subject).toBe(user.id);
    const other = await services.aUser();
    const theirs = await services.first.api.signIn(other.username, PASSWORD);
    const taken = await services.first.api.post(path, credentials, { token: theirs.accessToken });
    expect([taken.status, taken.body.code]).toEqual([409, 'IDENTITY.TAKEN']);
    // Right passwords, however many, lock nobody out.
    for (let again = 0; again < 6; again++) {
      const { status } = await services.first.api.post(path, credentials, { token: theirs.accessToken });
      expect(status).toBe(409);
    }
    const list = await services.first.api.get('/v1/users/me/identities', { token: accessToken });
    expect(list.body).toMatchObject({ items: [{ provider: 'corporate', username: 'grace' }] });
    expect((await services.first.api.delete(path, { token: accessToken })).status).toBe(204);
    const { subject } = await me(await login('corporate', 'grace', passwordOf('grace')));
    expect(subject).not.toBe(user.id);
  });

  it.each([
    ['StartTLS', 'starttls'],
    ['LDAPS', 'ldaps'],
  ])('H: %s with the pinned authority works', async (_, tls) => {
    const urls = [tls === 'ldaps' ? directory.tlsUrl : directory.url];
    const id = await provider(
      `tls-${tls}`,
      {},
      { urls, tls, caPem: directory.caPem, jitProvisioning: false },
    );
    const diagnosis = await services.first.api.post(`/v1/identity-providers/${id}/test`, undefined, {
      token,
    });
    expect(diagnosis.body).toMatchObject({ ok: true });
    expect((await login(`tls-${tls}`, 'erin', passwordOf('erin'))).status).toBe(401);
    expect(await lastReason()).toBe('not_linked');
  });

  it.each([
    ['LDAPS, self-signed', 'ldaps', {}],
    ['StartTLS, self-signed', 'starttls', {}],
    ['LDAPS on the plain port', 'ldaps', { plain: true }],
  ])(
    'H: %s is refused, with 503 and no downgrade',
    async (_, tls, { plain = false }: { plain?: boolean }) => {
      const slug = `untrusted-${tls}${plain ? '-plain' : ''}`;
      const url =
        tls === 'starttls'
          ? directory.url
          : plain
            ? directory.url.replace('ldap:', 'ldaps:')
            : directory.tlsUrl;
      const id = await provider(slug, {}, { urls: [url], tls, ...(plain && { caPem: directory.caPem }) });
      expect((await login(slug, 'erin', passwordOf('erin'))).status).toBe(503);
      const diagnosis = await services.first.api.post(`/v1/identity-providers/${id}/test`, undefined, {
        token,
      });
      expect(diagnosis.body).toMatchObject({ ok: false });
    },
  );

  it('right passwords of who is not linked do not lock the way to link', async () => {
    directory.add(person('ivan'));
    await provider('unlinked', {}, { jitProvisioning: false });
    for (let n = 0; n < 6; n++) {
      expect((await login('unlinked', 'ivan', passwordOf('ivan'))).status).toBe(401);
      expect(await lastReason()).toBe('not_linked');
    }
  });

  it('H: no account is made by a record that was disabled, and no process knows yet', async () => {
    directory.add(person('judy'));
    const id = await provider('disabled-just-now');
    await login('disabled-just-now', 'judy', 'wrong');
    await services.sql('UPDATE identity_providers SET enabled = false WHERE id = $1', [id]);
    const { status, body } = await login('disabled-just-now', 'judy', passwordOf('judy'));
    expect([status, body.code]).toEqual([503, 'PROVIDER.UNAVAILABLE']);
    expect(await services.sql(`SELECT 1 FROM users WHERE username = 'judy'`)).toEqual([]);
  });

  it('fails over to the next server', async () => {
    await provider(
      'failover',
      {},
      { urls: [`ldap://127.0.0.1:${await freePort()}`, directory.url], jitProvisioning: false },
    );
    expect((await login('failover', 'erin', passwordOf('erin'))).status).toBe(401);
    expect(await lastReason()).toBe('not_linked');
  });

  it('H: the bind password is in no log', () => {
    expect(services.first.output() + services.second.output()).not.toContain(READER.password);
  });
});
