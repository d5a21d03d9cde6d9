import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './service';
import { makeCertificate, type CertificateOptions } from './server-certificate';

export const BASE = 'dc=example,dc=com';
/** What holds for everybody who names no other, once there is such an entry. */
export const POLICY = `cn=policy,${BASE}`;
export const READER = { dn: `cn=reader,${BASE}`, password: 'the reader of tests' };
const READY_WITHIN_MS = 15_000;

/** A slapd of Debian's with a certificate of its own, on free ports of loopback. */
export interface OpenLdap {
  readonly url: string;
  readonly tlsUrl: string;
  readonly port: number;
  readonly caPem: string;
  /** Adds entries, or changes them, as the directory's administrator. */
  add(ldif: string): void;
  modify(ldif: string): void;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOpenLdap(certificate: CertificateOptions = {}): Promise<OpenLdap> {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-slapd-'));
  const at = (name: string): string => join(directory, name);
  mkdirSync(at('data'));
  makeCertificate(directory, certificate);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const [url, tlsUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${tlsPort}`];
  writeFileSync(at('slapd.conf'), configuration(directory));
  const as = ['-x', '-H', url, '-D', READER.dn, '-w', READER.password];
  const run = (tool: string, args: readonly string[], input = ''): string =>
    execFileSync(tool, [...as, ...args], { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
  const start = async (): Promise<ChildProcess> => {
    const slapd = spawn('/usr/sbin/slapd', ['-f', at('slapd.conf'), '-h', `${url} ${tlsUrl}`, '-d', '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    slapd.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      try {
        run('ldapwhoami', []);
        return slapd;
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`slapd did not start: ${errors}`, { cause: error });
        await sleep(50);
      }
    }
  };
  let slapd = await start();
  const openLdap: OpenLdap = {
    url,
    tlsUrl,
    port,
    caPem: readFileSync(at('ca.pem'), 'utf8'),
    add: (ldif) => void run('ldapadd', [], ldif),
    modify: (ldif) => void run('ldapmodify', [], ldif),
    restart: async () => {
      await end(slapd, 'SIGTERM');
      slapd = await start();
    },
    stop: async () => {
      await end(slapd, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
  openLdap.add(`dn: ${BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,${BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${BASE}
objectClass: organizationalUnit
ou: groups
`);
  return openLdap;
}

/** An entry under ou=people whose password is its uid and `-password of tests`. */
export function person(uid: string, more = ''): string {
  return `dn: cn=${uid},ou=people,${BASE}
objectClass: inetOrgPerson
cn: ${uid}
sn: ${uid}
uid: ${uid}
mail: ${uid}@example.com
userPassword: ${passwordOf(uid)}
${more}`;
}

export function passwordOf(uid: string): string {
  return `${uid}-password of tests`;
}

async function end(slapd: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (slapd.exitCode !== null || slapd.signalCode !== null) return;
  slapd.kill(signal);
  await once(slapd, 'exit');
}

/** `bind_anon_cred`: a name with an empty password succeeds as nobody (RFC 4513 §5.1.2), so that only we refuse it. */
function configuration(directory: string): string {
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
allow bind_anon_cred
pidfile ${directory}/slapd.pid
TLSCACertificateFile ${directory}/ca.pem
TLSCertificateFile ${directory}/server.pem
TLSCertificateKeyFile ${directory}/server.key
database mdb
suffix "${BASE}"
rootdn "${READER.dn}"
rootpw "${READER.password}"
directory ${directory}/data
index uid eq
overlay memberof
overlay ppolicy
ppolicy_default "${POLICY}"
`;
}
