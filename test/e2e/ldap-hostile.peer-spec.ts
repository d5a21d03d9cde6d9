import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BASE, passwordOf, person, READER, startOpenLdap, type OpenLdap } from '../support/openldap';
import { ADMIN } from '../support/service';
import { startTwoServices, type TwoServices } from '../support/two-services';

const PROMISED_MS = 5_000;
/** The reader's are kept for ten seconds. */
const CLOSED_WITHIN_MS = 20_000;

type Misbehave = (socket: Socket) => void;

const answering =
  (hex: string): Misbehave =>
  (socket) =>
    socket.once('data', () => socket.write(Buffer.from(hex, 'hex')));

/** A message of two gigabytes, as fast as it is taken. */
function flood(socket: Socket): void {
  const piece = Buffer.alloc(1_024 * 1_024);
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more).write(Buffer.from('30847fffffff', 'hex'));
  more();
}

/** To the first question of a connection, whose message id is 1. */
const BEHAVIOURS: readonly [string, Misbehave][] = [
  ['black-hole', () => undefined],
  ['cut', (socket) => socket.once('data', () => socket.destroy())],
  [
    'cut-mid-answer',
    (socket) => socket.once('data', () => socket.end(Buffer.from('300c020101610701', 'hex'))),
  ],
  ['half-an-answer', answering('300c0201016107')],
  ['huge-length', answering('3084ffffffff02010161')],
  ['huge-length-inside', answering('300d0201016184ffffffff04020000')],
  ['length-of-nine-bytes', answering('3089ffffffffffffffffff020101')],
  ['indefinite-length', answering('3080020101610a0a010004000400')],
  ['length-beyond-the-message', answering('300c0201016107 0a7f000400 0400'.replaceAll(' ', ''))],
  ['no-sequence', answering('020101')],
  ['another-message-id', answering('300c02017f61070a010004000400')],
  ['another-operation', answering('300c02010163070a010004000400')],
  ['deeply-nested', answering('30'.repeat(2_000))],
  ['a-flood', (socket) => socket.once('data', () => flood(socket))],
  ['garbage', (socket) => socket.once('data', () => socket.write(Buffer.alloc(4_096, 0xff)))],
];

describe('a directory that does not speak LDAP as it should', () => {
  let services: TwoServices;
  let directory: OpenLdap;
  const servers: Server[] = [];

  /** A server that misbehaves on every connection after the first `honest`, which lead to the directory. */
  const misbehaving = async (honest: number, misbehave: Misbehave): Promise<string> => {
    let connections = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (++connections > honest) {
        misbehave(socket.resume());
        return;
      }
      const upstream = connect(directory.port, '127.0.0.1').on('error', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  beforeAll(async () => {
    [services, directory] = await Promise.all([startTwoServices(), startOpenLdap()]);
    directory.add(person('erin'));
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await Promise.all([services.stop(), directory.stop()]);
  });

  describe.each([
    ['to the search', 0],
    ['to the password', 1],
    ['to the password, once the reader is known', 2],
  ])('%s', (_stage, honest) => {
    it.each(BEHAVIOURS)(
      'H: %s: 503 within 5 s, the process survives, local sign-in goes on',
      async (name, misbehave) => {
        const slug = `${name}-${honest}`;
        const config = {
          urls: [await misbehaving(honest, misbehave)],
          tls: 'none',
          bindDn: READER.dn,
          bindPassword: READER.password,
          searchBase: `ou=people,${BASE}`,
        };
        const record = { kind: 'ldap', slug, name: slug, config };
        const { first, adminToken: token } = services;
        expect((await first.api.post('/v1/identity-providers', record, { token })).status).toBe(201);
        const began = performance.now();
        const credentials = { username: 'erin', password: passwordOf('erin') };
        const { status, body } = await first.api.post(`/v1/auth/ldap/${slug}/login`, credentials);
        expect([status, body.code]).toEqual([503, 'PROVIDER.UNAVAILABLE']);
        expect(performance.now() - began).toBeLessThan(PROMISED_MS);
        expect((await first.api.login(ADMIN.username, ADMIN.password)).status).toBe(200);
        expect(first.exitCode()).toBeNull();
      },
    );
  });

  it('H: none of the connections stays open', async () => {
    const open = async (): Promise<number> => {
      const counts = await Promise.all(
        servers.map((server) => promisify(server.getConnections.bind(server))()),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const deadline = Date.now() + CLOSED_WITHIN_MS;
    while ((await open()) > 0 && Date.now() < deadline) await sleep(50);
    expect(await open()).toBe(0);
  });
});
