import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificateOptions {
  /** The names that the certificate is for. */
  readonly altNames?: string;
  /** How long it is good from now on. */
  readonly days?: number;
}

/** Makes `ca.pem`, and from it `server.pem` with `server.key`, in `directory`. */
export function makeCertificate(
  directory: string,
  { altNames = 'IP:127.0.0.1', days = 2 }: CertificateOptions = {},
): void {
  const openssl = (command: string): void => {
    execFileSync('openssl', command.split(' '), { cwd: directory, stdio: 'ignore' });
  };
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  openssl(`req -x509 ${key} -keyout ca.key -out ca.pem -subj /CN=authority -days 2`);
  openssl(`req ${key} -keyout server.key -out server.csr -subj /CN=directory`);
  writeFileSync(join(directory, 'ext'), `subjectAltName=${altNames}\n`);
  const signed = '-CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext -out server.pem';
  openssl(`x509 -req -in server.csr ${signed} -days ${days}`);
}
