import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestKeyPair {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

/** A new RSA key and a self-signed certificate for it, by the `openssl` of this machine. */
export function makeKeyPair(days = 90): TestKeyPair {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-key-'));
  try {
    const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test', '-days', String(days)],
        ...['-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    return { privateKeyPem: readFileSync(key, 'utf8'), certificatePem: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
