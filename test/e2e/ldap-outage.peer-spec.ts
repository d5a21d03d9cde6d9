import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createLdapServer, type Server as LdapServer } from 'ldapjs';
import { BASE, passwordOf, person, READER, startOpenLdap, type OpenLdap } from '../support/openldap';
import { ADMIN, freePort } from '../support/service';
import { startTcpGate, type TcpGate } from '../support/tcp-gate';
import { startTwoServices, type TwoServices } from '../support/two-services';

type Answer = Awaited<ReturnType<TwoServices['first']['api']['get']>>;

const PROMISED_MS = 5_000;

describe('a directory that is away, or that is not to be believed', () => {
  let services: TwoServices;
  let directory: OpenLdap;
  let gate: TcpGate;

  const provider = async (slug: string, more: object = {}): Promise<string> => {
    const config = {
      urls: [directory.url],
      tls: 'none',
      bindDn: READER.dn,
      bindPassword: READER.password,
      searchBase: `ou=people,${BASE}`,
      jitProvisioning: true,
      ...more,
    };
    const record = { kind: 'ldap', slug, name: slug, config };
    const { status, body } = await services.first.api.post('/v1/identity-providers', record, {
      token: services.adminToken,
    });
    expect(status).toBe(201);
    return (body as { id: string }).id;
  };
  const login = (slug: string, uid: string): Promise<Answer> =>
    services.first.api.post(`/v1/auth/ldap/${slug}/login`, { username: uid, password: passwordOf(uid) });
  const localLogin = (): Promise<Answer> => services.first.api.login(ADMIN.username, ADMIN.password);
  const lastReason = async (): Promise<string | undefined> => {
    const [event] = await services.sql<{ reason: string }>(
      `SELECT reason FROM audit_events WHERE action = 'sign_in.failed' ORDER BY id DESC LIMIT 1`,
    );
    return event?.reason;
  };
  const condition = async (): Promise<unknown> => {
    const { body } = await services.first.api.get('/health/dependencies');
    return (body as { dependencies: { name: string }[] }).dependencies.find(
      ({ name }) => name === 'ldap:corporate',
    );
  };
  const eventually = async (check: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 4 * PROMISED_MS;
    while (!(await check())) {
      if (Date.now() > deadline) throw new Error('It did not happen in time');
      await sleep(20);
    }
  };
  const diagnosis = async (id: string): Promise<string> => {
    const path = `/v1/identity-providers/${id}/test`;
    const { body } = await services.first.api.post(path, undefined, { token: services.adminToken });
    const { ok, steps } = body as { ok: boolean; steps: { message: string }[] };
    expect(ok).toBe(false);
    return steps.map(({ message }) => message).join();
  };

  beforeAll(async () => {
    [services, directory] = await Promise.all([
      startTwoServices({ RATE_LIMIT_LOGIN_PER_ADDRESS: '100000', RATE_LIMIT_LOGIN_PER_NAME: '100000' }),
      startOpenLdap(),
    ]);
    for (const uid of ['alice', 'bob']) directory.add(person(uid));
    gate = await startTcpGate(directory.port);
    await provider('corporate', { urls: [`ldap://127.0.0.1:${gate.port}`] });
  });
  afterAll(async () => {
    gate.stop();
    await Promise.all([services.stop(), directory.stop()]);
  });

  it('H: 50 sign-ins at a dead directory hold up nobody else; it comes back without a restart', async () => {
    expect((await login('corporate', 'alice')).status).toBe(200);
    await eventually(() => Promise.resolve(gate.open() === 0));
    gate.setClosed(true);

    let areAnswered = false;
    const timed = async (): Promise<[number, string, boolean]> => {
      const began = performance.now();
      const { status, body } = await login('corporate', 'alice');
      return [status, body.code as string, performance.now() - began <= PROMISED_MS];
    };
    const dead = Promise.all(Array.from({ length: 50 }, timed)).finally(() => (areAnswered = true));
    const local: number[] = [];
    do local.push((await localLogin()).status);
    while (!areAnswered);
    expect(await dead).toEqual(Array.from({ length: 50 }, () => [503, 'PROVIDER.UNAVAILABLE', true]));
    expect(new Set(local)).toEqual(new Set([200]));

    await eventually(async () => {
      expect((await login('corporate', 'alice')).status).toBe(503);
      const { state, breaker } = (await condition()) as { state: string; breaker: string };
      return state === 'down' && breaker === 'open';
    });

    gate.setClosed(false);
    await eventually(async () => (await login('corporate', 'alice')).status === 200);
    expect(await condition()).toMatchObject({ state: 'up', breaker: 'closed' });
    await eventually(() => Promise.resolve(gate.open() === 0));
  });

  it('H: the connections of sign-ins that fail do not stay open', async () => {
    for (const password of ['wrong', 'wrong again']) {
      const credentials = { username: 'bob', password };
      const answer = await services.first.api.post('/v1/auth/ldap/corporate/login', credentials);
      expect(answer.status).toBe(401);
    }
    await eventually(() => Promise.resolve(gate.open() === 0));
  });

  it('H: referrals are not followed, neither beside the answer nor in its place', async () => {
    let visits = 0;
    const elsewhere = createTcpServer((socket) => {
      visits++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const url = `ldap://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    const referral = (dn: string): string =>
      `dn: ou=elsewhere,${dn}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\nref: ${url}/${dn}\n`;
    directory.add(referral(`ou=people,${BASE}`));
    directory.add(referral(BASE));
    try {
      await provider('beside');
      await provider('instead', { searchBase: `ou=elsewhere,${BASE}` });
      expect((await login('beside', 'nobody')).status).toBe(401);
      expect((await login('instead', 'nobody')).status).toBe(503);
      expect(visits).toBe(0);
    } finally {
      elsewhere.close();
    }
  });

  describe('a first server that is not there', () => {
    let halfOpen: LdapServer;

    beforeAll(async () => {
      // Knows the reader, and takes the search without an answer.
      halfOpen = createLdapServer();
      halfOpen.bind('', (_request: unknown, response: { end(): void }, next: () => void) => {
        response.end();
        next();
      });
      halfOpen.search('', () => undefined);
      await new Promise<void>((resolve) => {
        halfOpen.listen(0, '127.0.0.1', resolve);
      });
    });
    afterAll(() => {
      halfOpen.close(() => undefined);
    });

    it.each<[string, () => Promise<string>]>([
      ['hangs', () => (gate.setClosed(true), Promise.resolve(`ldap://127.0.0.1:${gate.port}`))],
      ['refuses', async () => `ldap://127.0.0.1:${await freePort()}`],
      ['half-open', () => Promise.resolve(halfOpen.url)],
    ])('H: %s: the second one answers within 5 s, and then at once', async (slug, first) => {
      try {
        await provider(`first-${slug}`, { urls: [await first(), directory.url], jitProvisioning: false });
        const timed = async (): Promise<number> => {
          const began = performance.now();
          const { status, body } = await login(`first-${slug}`, 'alice');
          // Found and verified, but nobody's account.
          expect([status, body.code, await lastReason()]).toEqual([
            401,
            'AUTH.INVALID_CREDENTIALS',
            'not_linked',
          ]);
          return performance.now() - began;
        };
        expect(await timed()).toBeLessThan(PROMISED_MS);
        // Less than the share of the first server, which nobody waits for again.
        expect(Math.min(await timed(), await timed(), await timed())).toBeLessThan(1_000);
      } finally {
        gate.setClosed(false);
      }
    });
  });

  describe('a directory that answers with an entry from outside the base', () => {
    let liar: LdapServer;
    let extra = 0;

    beforeAll(async () => {
      liar = createLdapServer();
      liar.bind('', (_request: unknown, response: { end(): void }, next: () => void) => {
        response.end();
        next();
      });
      liar.search(
        '',
        (_request: unknown, response: { send(entry: object): void; end(): void }, next: () => void) => {
          // Once told to, more than it was asked for.
          for (let n = 0; n < extra; n++)
            response.send({ dn: `cn=alice${n},ou=people,${BASE}`, attributes: { uid: 'alice' } });
          const attributes = { uid: 'alice', entryUUID: '6f1e6f0a-0000-4000-8000-000000000001' };
          response.send({ dn: 'cn=alice,ou=others,dc=example,dc=com', attributes });
          response.end();
          next();
        },
      );
      await new Promise<void>((resolve) => {
        liar.listen(0, '127.0.0.1', resolve);
      });
    });
    afterAll(() => {
      liar.close(() => undefined);
    });

    it('H: is not believed, whatever it says of the password', async () => {
      await provider('liar', { urls: [liar.url] });
      const { status, body } = await login('liar', 'alice');
      expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CREDENTIALS']);
      expect(await lastReason()).toBe('directory_outside_base');
      extra = 10;
      expect((await login('liar', 'alice')).status).toBe(503);
    });
  });

  it.each([
    ['has expired', 'expired', { days: -1 }, /expired/],
    ['is for another name', 'other-name', { altNames: 'DNS:elsewhere.example' }, /altnames/],
  ])('H: a certificate that %s is refused', async (_, slug, options, why) => {
    const other = await startOpenLdap(options);
    try {
      other.add(person('alice'));
      const { caPem } = other;
      for (const tls of ['ldaps', 'starttls']) {
        const urls = [tls === 'ldaps' ? other.tlsUrl : other.url];
        const id = await provider(`${slug}-${tls}`, { urls, tls, caPem });
        expect((await login(`${slug}-${tls}`, 'alice')).status).toBe(503);
        expect(await diagnosis(id)).toMatch(why);
      }
    } finally {
      await other.stop();
    }
  });
});
