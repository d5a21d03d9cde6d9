import { setTimeout as sleep } from 'node:timers/promises';
import { BASE, passwordOf, person, READER, startOpenLdap, type OpenLdap } from '../support/openldap';
import { startTcpGate, type TcpGate } from '../support/tcp-gate';
import { startTwoServices, type TwoServices } from '../support/two-services';

/** Passport-ldapauth connects twice for each password: once as the reader, once as the person. */
const FOR_A_PASSWORD = 2;

describe('the connections to a directory', () => {
  let services: TwoServices;
  let directory: OpenLdap;
  let gate: TcpGate;

  const provider = async (slug: string, more: object = {}): Promise<string> => {
    const config = {
      urls: [`ldap://127.0.0.1:${gate.port}`],
      tls: 'none',
      bindDn: READER.dn,
      bindPassword: READER.password,
      searchBase: `ou=people,${BASE}`,
      ...more,
    };
    const record = { kind: 'ldap', slug, name: slug, config };
    const token = services.adminToken;
    const { status, body } = await services.first.api.post('/v1/identity-providers', record, { token });
    expect(status).toBe(201);
    return (body as { id: string }).id;
  };
  const change = async (id: string, body: object): Promise<void> => {
    const options = { token: services.adminToken, ifMatch: 1 };
    expect((await services.first.api.patch(`/v1/identity-providers/${id}`, body, options)).status).toBe(200);
  };
  const login = async (slug: string, uid: string, password = passwordOf(uid)): Promise<string> => {
    const credentials = { username: uid, password };
    const { body } = await services.first.api.post(`/v1/auth/ldap/${slug}/login`, credentials);
    if (body.code !== 'AUTH.INVALID_CREDENTIALS') return body.code as string;
    const [event] = await services.sql<{ reason: string }>(
      `SELECT reason FROM audit_events WHERE action = 'sign_in.failed' ORDER BY id DESC LIMIT 1`,
    );
    return event?.reason ?? '';
  };
  /** Found and verified, which is all that matters here. */
  const VERIFIED = 'not_linked';
  const eventuallyOpen = async (atMost: number, withinMs: number): Promise<void> => {
    const deadline = Date.now() + withinMs;
    while (gate.open() > atMost) {
      if (Date.now() > deadline) throw new Error(`${gate.open()} are open`);
      await sleep(20);
    }
  };

  beforeAll(async () => {
    [services, directory] = await Promise.all([startTwoServices(), startOpenLdap()]);
    for (const uid of ['alice', 'reader']) directory.add(person(uid));
    gate = await startTcpGate(directory.port);
  });
  afterAll(async () => {
    gate.stop();
    await Promise.all([services.stop(), directory.stop()]);
  });

  it('one that searched is used for the next search, and closed when there is none', async () => {
    await provider('again');
    const before = gate.accepted();
    const count = 5;
    for (let n = 0; n < count; n++) expect(await login('again', 'alice')).toBe(VERIFIED);
    expect(gate.accepted() - before).toBe(1 + count * FOR_A_PASSWORD);
    await eventuallyOpen(0, 15_000);
  });

  it('of many searches at a time few are kept', async () => {
    await provider('many');
    const search = (_: unknown, n: number): Promise<{ status: number }> =>
      services.first.api.post('/v1/auth/ldap/many/login', { username: `nobody${n}`, password: 'wrong' });
    for (const { status } of await Promise.all(Array.from({ length: 12 }, search))) expect(status).toBe(401);
    // Before those that are kept are closed, too.
    await eventuallyOpen(4, 5_000);
    expect(gate.open()).toBeGreaterThan(0);
  });

  it('none outlives the directory that restarts, and no sign-in fails by it', async () => {
    await provider('restart');
    expect(await login('restart', 'alice')).toBe(VERIFIED);
    await directory.restart();
    expect(await login('restart', 'alice')).toBe(VERIFIED);
  });

  it('one that fell silent costs a sign-in a moment, and not itself', async () => {
    await provider('silent');
    expect(await login('silent', 'alice')).toBe(VERIFIED);
    gate.forget();
    expect(await login('silent', 'alice')).toBe(VERIFIED);
  });

  it('H: none is shared with another record, whose reader may see something else', async () => {
    await provider('mine');
    await provider('theirs', { bindPassword: 'not it' });
    expect(await login('mine', 'alice')).toBe(VERIFIED);
    expect(await login('theirs', 'alice')).toBe('PROVIDER.UNAVAILABLE');
  });

  it('H: a change of the record ends those of the old one at once', async () => {
    const id = await provider('changed');
    await eventuallyOpen(0, 15_000);
    expect(await login('changed', 'alice')).toBe(VERIFIED);
    expect(gate.open()).toBeGreaterThan(0);
    await change(id, { config: { bindPassword: 'not it' } });
    await eventuallyOpen(0, 2_000);
    expect(await login('changed', 'alice')).toBe('PROVIDER.UNAVAILABLE');
  });

  it('H: a reader whose password the directory has changed searches no more, and nobody is locked out by it', async () => {
    const dn = `cn=reader,ou=people,${BASE}`;
    const id = await provider('reader', { bindDn: dn, bindPassword: passwordOf('reader') });
    expect(await login('reader', 'alice')).toBe(VERIFIED);
    directory.modify(`dn: ${dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: another one\n`);
    for (let n = 0; n < 6; n++) expect(await login('reader', 'alice')).toBe('PROVIDER.UNAVAILABLE');
    await change(id, { config: { bindPassword: 'another one' } });
    expect(await login('reader', 'alice')).toBe(VERIFIED);
  });
});
