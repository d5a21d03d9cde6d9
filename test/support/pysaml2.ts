import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeKeyPair } from './saml/certificates';
import { freePort } from './service';

const STARTED_WITHIN_MS = 15_000;

/** How the provider answers from now on. */
export interface Pysaml2Answer {
  readonly signAssertion: boolean;
  readonly signResponse: boolean;
  /** By which algorithm assertions are encrypted; 3DES is what pysaml2 does unless told. */
  readonly encryption:
    'http://www.w3.org/2009/xmlenc11#aes256-gcm' | 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc' | null;
}

/** An identity provider of Debian's pysaml2, which signs and encrypts by xmlsec1, in a process of its own. */
export interface Pysaml2 {
  metadata(): Promise<string>;
  /** Our side, by our own metadata. */
  setClient(metadata: string): void;
  setAnswer(answer: Pysaml2Answer): void;
  stop(): Promise<void>;
}

export async function startPysaml2(): Promise<Pysaml2> {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-pysaml2-'));
  const write = (name: string, text: string): void => {
    writeFileSync(join(dir, name), text);
  };
  const keys = makeKeyPair();
  write('idp.key', keys.privateKeyPem);
  write('idp.crt', keys.certificatePem);
  const port = await freePort();
  // Debian's own interpreter: the first on the path may be another, which knows none of Debian's packages.
  const child = spawn('/usr/bin/python3', [join(__dirname, 'pysaml2.process.py'), dir, String(port)], {
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const exited = once(child, 'exit');
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const metadata = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metadata`)).text();
  for (const deadline = Date.now() + STARTED_WITHIN_MS; ;) {
    if ((await metadata().catch(() => null)) !== null) break;
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`pysaml2 did not start:\n${complaints}`);
    await sleep(100);
  }
  return {
    metadata,
    setClient: (xml) => {
      write('sp.xml', xml);
    },
    setAnswer: (answer) => {
      write('answer.json', JSON.stringify(answer));
    },
    stop: async () => {
      process.off('exit', kill);
      kill();
      await exited;
      rmSync(dir, { recursive: true });
    },
  };
}
