import { Attribute, createServer, type Server } from 'ldapjs';
import { PassportRunner } from '../../../infrastructure/passport';
import type { ProviderOf } from '../identity-provider';
import { ldapKind } from './ldap-config';
import type { SearchOutcome } from './directory-driver';
import { LdapDirectoryDriver } from './ldap-directory.driver';

const BASE = 'dc=example,dc=com';
const READER = `cn=reader,${BASE}`;

interface Response {
  createSearchEntry(entry: object): object;
  send(entry: object): void;
  end(): void;
}

describe('a directory of two servers that know the same people', () => {
  const servers: Server[] = [];
  /** At which server, in the order of the record, somebody's password was tried. */
  const tried: number[] = [];
  const isSilent = [false, false];
  let driver: LdapDirectoryDriver;

  const aServer = async (index: number): Promise<string> => {
    const server = createServer();
    server.bind('', (request: { dn: { toString(): string } }, response: Response, next: () => void) => {
      if (request.dn.toString() !== READER) tried.push(index);
      response.end();
      next();
    });
    server.search('', (_: unknown, response: Response, next: () => void) => {
      if (isSilent[index] === true) return;
      const uuid = new Attribute({ type: 'entryUUID', values: ['6f1e6f0a-0000-4000-8000-000000000001'] });
      response.send(response.createSearchEntry({ objectName: `cn=alice,${BASE}`, attributes: [uuid] }));
      response.end();
      next();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    servers.push(server);
    return server.url;
  };

  beforeAll(async () => {
    const config = ldapKind.parse({
      urls: [await aServer(0), await aServer(1)],
      tls: 'none',
      bindDn: READER,
      bindPassword: 'known',
      searchBase: BASE,
    });
    const provider = { id: 'two', kind: 'ldap', slug: 'two', mappings: [], config, version: 1 };
    driver = new LdapDirectoryDriver(provider as unknown as ProviderOf<'ldap'>, new PassportRunner());
  });
  afterAll(() => {
    driver.dispose();
    for (const server of servers) server.close(() => undefined);
  });

  const found = async (): Promise<Extract<SearchOutcome, { kind: 'found' }>['entry']> => {
    const outcome = await driver.find('alice');
    if (outcome.kind !== 'found') throw new Error(outcome.kind);
    return outcome.entry;
  };

  it('H: a password goes to the server that found the entry, whatever another sign-in finds meanwhile', async () => {
    const atFirst = await found();
    isSilent[0] = true;
    // From now on the first server comes last.
    const atSecond = await found();
    isSilent[0] = false;
    await expect(driver.refusalOf(atFirst, 'right')).resolves.toBeNull();
    await expect(driver.refusalOf(atSecond, 'right')).resolves.toBeNull();
    expect(tried).toEqual([0, 1]);
  });

  it('H: nobody’s password goes where somebody’s would', async () => {
    tried.splice(0);
    await found();
    await driver.refusalOf(null, 'wrong');
    expect(tried).toEqual([0]);
  });
});
