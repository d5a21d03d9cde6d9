import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from './server-certificate';

export const DOMAIN = 'corp.example';
export const DOMAIN_DN = 'DC=corp,DC=example';
const READY_WITHIN_MS = 60_000;

/** An Active Directory domain controller: Samba's of Debian, on loopback, on the ports that it cannot be told to change. */
export interface SambaAd {
  readonly url: string;
  readonly plainUrl: string;
  readonly caPem: string;
  /** `samba-tool`, on the directory's own database. */
  tool(...args: string[]): void;
  stop(): Promise<void>;
}

export async function startSambaAd(): Promise<SambaAd> {
  if ((await answers(389)) || (await answers(636)))
    throw new Error('Samba needs the ports 389 and 636, and something has them');
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-samba-'));
  const at = (name: string): string => join(directory, name);
  const run = (program: string, args: readonly string[]): void =>
    void execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const loopback = ['--option=interfaces=lo', '--option=bind interfaces only=yes'];
  const domain = ['--realm=CORP.EXAMPLE', '--domain=CORP', '--adminpass=The-administrator-0f-tests'];
  const role = ['--server-role=dc', '--dns-backend=NONE', '--use-rfc2307'];
  const host = ['--host-ip=127.0.0.1', '--host-name=dc1'];
  const target = `--targetdir=${at('dc')}`;
  run('samba-tool', ['domain', 'provision', ...domain, ...role, ...loopback, ...host, target]);
  makeCertificate(directory);
  const certificate = { keyfile: 'server.key', certfile: 'server.pem', cafile: 'ca.pem' };
  const options = [
    'server services=ldap,cldap,kdc,drepl,winbindd,ntp_signd',
    ...Object.entries(certificate).map(([name, file]) => `tls ${name}=${at(file)}`),
  ].map((option) => `--option=${option}`);
  const samba = spawn(
    '/usr/sbin/samba',
    ['-i', '-s', at('dc/etc/smb.conf'), '--debug-stdout', ...options],
    // A group of its own: the services are processes, and must not outlive it.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let output = '';
  for (const stream of [samba.stdout, samba.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(samba, 'exit');
  const kill = (): void => {
    try {
      if (samba.pid !== undefined) process.kill(-samba.pid, 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!((await answers(389)) && (await answers(636)))) {
    if (samba.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Samba did not start:\n${output}`);
    }
    await sleep(100);
  }
  const database = at('dc/private/sam.ldb');
  return {
    url: 'ldaps://127.0.0.1:636',
    plainUrl: 'ldap://127.0.0.1:389',
    caPem: readFileSync(at('ca.pem'), 'utf8'),
    tool: (...args) => {
      run('samba-tool', [...args, '-H', database]);
    },
    stop,
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
