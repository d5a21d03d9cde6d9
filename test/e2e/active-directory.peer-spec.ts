import { DOMAIN, DOMAIN_DN, startSambaAd, type SambaAd } from '../support/samba-ad';
import { startTwoServices, type TwoServices } from '../support/two-services';

type Answer = Awaited<ReturnType<TwoServices['first']['api']['get']>>;

interface Me {
  readonly subject: string;
  readonly permissions: readonly string[];
}

const passwordOf = (name: string): string => `Passw0rd-0f-${name}`;

describe('sign-in with the password of Active Directory (Samba)', () => {
  let services: TwoServices;
  let directory: SambaAd;

  const createUser = (name: string, ...more: string[]): void => {
    const mail = `--mail-address=${name}@${DOMAIN}`;
    directory.tool('user', 'create', name, passwordOf(name), mail, ...more);
  };
  const provider = async (slug: string, more: object, config: object): Promise<void> => {
    const record = {
      kind: 'ldap',
      slug,
      name: slug,
      ...more,
      config: {
        urls: [directory.url],
        tls: 'ldaps',
        caPem: directory.caPem,
        bindDn: `CN=reader,CN=Users,${DOMAIN_DN}`,
        bindPassword: passwordOf('reader'),
        searchBase: DOMAIN_DN,
        searchFilter: '(&(objectClass=user)(|(sAMAccountName={{username}})(userPrincipalName={{username}})))',
        stableId: 'objectGUID',
        attributes: { username: 'sAMAccountName', email: 'mail', displayName: 'cn' },
        groups: { mode: 'nested' },
        jitProvisioning: true,
        ...config,
      },
    };
    const answer = await services.first.api.post('/v1/identity-providers', record, {
      token: services.adminToken,
    });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
  };
  const login = (username: string, password: string, slug = 'corp'): Promise<Answer> =>
    services.first.api.post(`/v1/auth/ldap/${slug}/login`, { username, password });
  const me = async (username: string, password: string): Promise<Me> => {
    const { status, body } = await login(username, password);
    expect(status).toBe(200);
    const { accessToken: token } = body as { accessToken: string };
    return (await services.first.api.get('/v1/auth/me', { token })).body as Me;
  };
  const refused = async (username: string, password: string): Promise<string> => {
    const { status, body } = await login(username, password);
    expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CREDENTIALS']);
    const [event] = await services.sql<{ reason: string }>(
      `SELECT reason FROM audit_events WHERE action = 'sign_in.failed' ORDER BY id DESC LIMIT 1`,
    );
    return event?.reason ?? '';
  };

  beforeAll(async () => {
    [services, directory] = await Promise.all([startTwoServices(), startSambaAd()]);
    const rules = ['--complexity=off', '--account-lockout-threshold=3', '--min-pwd-age=0'];
    directory.tool('domain', 'passwordsettings', 'set', ...rules);
    for (const name of ['reader', 'alice', 'bob', 'expired', 'disabled', 'locked']) createUser(name);
    createUser('changing', '--must-change-at-next-login');
    directory.tool('user', 'setexpiry', 'expired', '--days=-1');
    directory.tool('user', 'disable', 'disabled');
    for (const group of ['inner', 'outer']) directory.tool('group', 'add', group);
    directory.tool('group', 'addmembers', 'outer', 'inner');
    directory.tool('group', 'addmembers', 'inner', 'bob');
    const role = { name: 'steward', grants: ['groups:read'] };
    const { body } = await services.first.api.post('/v1/roles', role, { token: services.adminToken });
    const when = { group: { equals: `CN=outer,CN=Users,${DOMAIN_DN}` } };
    await provider('corp', { mappings: [{ type: 'role', when, roleId: body.id }] }, {});
  });
  afterAll(async () => {
    await Promise.all([services.stop(), directory.stop()]);
  });

  it('the name of the account, in any case, and the principal name are one account, and stay it after a rename', async () => {
    const { subject } = await me('alice', passwordOf('alice'));
    expect((await me('ALICE', passwordOf('alice'))).subject).toBe(subject);
    expect((await me(`alice@${DOMAIN}`, passwordOf('alice'))).subject).toBe(subject);
    const upn = `--upn=alice.king@${DOMAIN}`;
    const names = ['--samaccountname=alice.king', upn, '--force-new-cn=Alice King'];
    directory.tool('user', 'rename', 'alice', ...names);
    expect((await me('alice.king', passwordOf('alice'))).subject).toBe(subject);
    expect((await me(`alice.king@${DOMAIN}`, passwordOf('alice'))).subject).toBe(subject);
    expect(await refused('alice', passwordOf('alice'))).toBe('unknown_user');
  });

  it('groups count through groups, until the next login after they no longer do', async () => {
    expect((await me('bob', passwordOf('bob'))).permissions).toContain('groups:read');
    directory.tool('group', 'removemembers', 'outer', 'inner');
    expect((await me('bob', passwordOf('bob'))).permissions).not.toContain('groups:read');
  });

  it.each([
    ['52e', 'bob', 'wrong', 'wrong_password'],
    ['533', 'disabled', passwordOf('disabled'), 'directory_account_disabled'],
    ['701', 'expired', passwordOf('expired'), 'directory_account_expired'],
    ['773', 'changing', passwordOf('changing'), 'directory_password_must_change'],
  ])(
    'H: what it says by %s is the same 401 outside, and in the trail a reason of its own',
    async (...row) => {
      const [, username, password, reason] = row;
      expect(await refused(username, password)).toBe(reason);
    },
  );

  it('H: 775: after its own limit of wrong passwords the right one is refused there', async () => {
    for (let n = 0; n < 3; n++) expect(await refused('locked', 'wrong')).toBe('wrong_password');
    expect(await refused('locked', passwordOf('locked'))).toBe('directory_account_locked');
  });

  it('H: without TLS it takes no password, and we fall back to nothing', async () => {
    await provider('plain', {}, { urls: [directory.plainUrl], tls: 'none' });
    expect((await login('bob', passwordOf('bob'), 'plain')).status).toBe(503);
  });
});
