import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { BASE, passwordOf, person, POLICY, READER, startOpenLdap, type OpenLdap } from '../support/openldap';
import { startTwoServices, type TwoServices } from '../support/two-services';

describe('the password policy of a directory (OpenLDAP, ppolicy)', () => {
  let services: TwoServices;
  let directory: OpenLdap;

  const addPolicy = (dn: string, rules: string): void => {
    directory.add(`dn: ${dn}
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
${rules}
`);
  };
  const set = (uid: string, attribute: string, value: string): void => {
    const dn = `cn=${uid},ou=people,${BASE}`;
    directory.modify(`dn: ${dn}\nchangetype: modify\nreplace: ${attribute}\n${attribute}: ${value}\n`);
  };
  /** What the trail says; `signed in` where there is nothing to say. */
  const login = async (uid: string, password = passwordOf(uid)): Promise<string> => {
    const credentials = { username: uid, password };
    const { status, body } = await services.first.api.post('/v1/auth/ldap/corporate/login', credentials);
    if (status === 200) return 'signed in';
    const { requestId: _, ...problem } = body as { requestId: string };
    problems.add(JSON.stringify([status, problem]));
    const [event] = await services.sql<{ reason: string }>(
      `SELECT reason FROM audit_events WHERE action = 'sign_in.failed' ORDER BY id DESC LIMIT 1`,
    );
    return event?.reason ?? '';
  };
  const problems = new Set<string>();

  const addProvider = async (): Promise<void> => {
    const config = {
      urls: [directory.url],
      tls: 'none',
      bindDn: READER.dn,
      bindPassword: READER.password,
      searchBase: `ou=people,${BASE}`,
      passwordPolicy: POLICY,
      jitProvisioning: true,
    };
    const record = { kind: 'ldap', slug: 'corporate', name: 'Corporate', config };
    const { adminToken: token, first } = services;
    expect((await first.api.post('/v1/identity-providers', record, { token })).status).toBe(201);
  };

  beforeAll(async () => {
    [services, directory] = await Promise.all([startTwoServices(), startOpenLdap()]);
    addPolicy(POLICY, 'pwdLockout: TRUE\npwdMaxFailure: 3\npwdMustChange: TRUE\npwdMaxAge: 86400');
    addPolicy(`cn=short,${BASE}`, 'pwdMaxAge: 1');
    addPolicy(`cn=graceful,${BASE}`, 'pwdMaxAge: 1\npwdGraceAuthnLimit: 2');
    addPolicy(`cn=patient,${BASE}`, 'pwdLockout: TRUE\npwdMaxFailure: 6');
    directory.add(person('guarded', `pwdPolicySubentry: cn=patient,${BASE}\n`));
    for (const uid of ['alice', 'locked', 'barred', 'reset']) directory.add(person(uid));
    directory.add(person('expired', `pwdPolicySubentry: cn=short,${BASE}\n`));
    directory.add(person('graceful', `pwdPolicySubentry: cn=graceful,${BASE}\n`));
    await addProvider();
  });
  afterAll(async () => {
    await Promise.all([services.stop(), directory.stop()]);
  });

  it('H: who is within it signs in, and a wrong password is a wrong password', async () => {
    expect(await login('alice')).toBe('signed in');
    expect(await login('alice', 'wrong')).toBe('wrong_password');
  });

  it('H: after its own limit of wrong passwords the right one is refused there', async () => {
    for (let n = 0; n < 3; n++) expect(await login('locked', 'wrong')).toBe('wrong_password');
    expect(await login('locked')).toBe('directory_account_locked');
  });

  it('H: whom an administrator has locked out is refused', async () => {
    set('barred', 'pwdAccountLockedTime', '000001010000Z');
    expect(await login('barred')).toBe('directory_account_locked');
  });

  it('H: whose password was reset must change it there first, though the directory takes it', async () => {
    set('reset', 'pwdReset', 'TRUE');
    expect(await login('reset')).toBe('directory_password_must_change');
    set('reset', 'pwdReset', 'FALSE');
    expect(await login('reset')).toBe('signed in');
  });

  it('H: an expired password is refused; grace logins are signed in, as often as the directory grants them', async () => {
    const deadline = Date.now() + 10_000;
    let answer: string;
    while ((answer = await login('expired')) === 'signed in') {
      if (Date.now() > deadline) throw new Error('The password does not expire');
      await sleep(200);
    }
    expect(answer).toBe('directory_password_expired');
    expect(await login('graceful')).toBe('signed in');
    expect(await login('graceful', 'wrong')).toBe('wrong_password');
    expect(await login('graceful')).toBe('signed in');
    expect(await login('graceful')).toBe('directory_password_expired');
  });

  it('H: guesses that are locked out here do not lock anybody out there', async () => {
    for (let n = 0; n < 5; n++) expect(await login('guarded', 'wrong')).toBe('wrong_password');
    for (let n = 0; n < 3; n++) expect(await login('guarded', 'wrong')).toBe('locked_out');
    const as = ['-x', '-H', directory.url, '-D', `cn=guarded,ou=people,${BASE}`, '-w', passwordOf('guarded')];
    expect(execFileSync('ldapwhoami', as).toString()).toContain('cn=guarded');
  });

  it('H: outside all of these are one and the same answer', () => {
    expect([...problems]).toEqual([expect.stringContaining('AUTH.INVALID_CREDENTIALS')]);
  });
});
