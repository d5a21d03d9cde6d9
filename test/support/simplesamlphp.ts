import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeKeyPair, type TestKeyPair } from './saml/certificates';
import { freePort } from './service';

const WWW = '/usr/share/simplesamlphp/www';
const STARTED_WITHIN_MS = 15_000;

export const SIMPLESAML_USER = { username: 'alice', password: 'alicepw', email: 'alice@corp.example' };

/** Our side, as the foreign provider is told of it. */
export interface SimpleSamlClient {
  readonly entityId: string;
  readonly acsUrl: string;
  readonly signAssertion?: boolean;
  readonly signResponse?: boolean;
  /** Encrypts assertions for it. */
  readonly encryptFor?: string;
  /** Demands signed requests, by this certificate. */
  readonly requestCertificate?: string;
}

export interface SimpleSamlPhp {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly keys: TestKeyPair;
  /** Exchanges its key for a new one, as a rollover does. */
  rollOver(): TestKeyPair;
  setClients(clients: readonly SimpleSamlClient[]): void;
  metadata(): Promise<string>;
  stop(): Promise<void>;
}

/** Debian's SimpleSAMLphp on loopback: a real identity provider, with a configuration in a folder of its own. */
export async function startSimpleSamlPhp(): Promise<SimpleSamlPhp> {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-simplesamlphp-'));
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}/`;
  for (const folder of ['metadata', 'cert', 'log', 'data', 'tmp', 'sessions']) mkdirSync(join(dir, folder));
  const writeKeys = (): TestKeyPair => {
    const keys = makeKeyPair();
    writeFileSync(join(dir, 'cert/idp.key'), keys.privateKeyPem);
    writeFileSync(join(dir, 'cert/idp.crt'), keys.certificatePem);
    return keys;
  };
  let keys = writeKeys();
  writeFileSync(join(dir, 'config.php'), configuration(dir, baseUrl));
  writeFileSync(join(dir, 'authsources.php'), AUTH_SOURCES);
  writeFileSync(join(dir, 'metadata/saml20-idp-hosted.php'), HOSTED_IDP);
  writeFileSync(join(dir, 'metadata/saml20-sp-remote.php'), '<?php\n');
  const child = spawn(
    'php',
    ['-d', 'opcache.enable=0', '-d', 'display_errors=0', '-S', `127.0.0.1:${port}`, '-t', WWW],
    {
      env: { PATH: process.env.PATH, SIMPLESAMLPHP_CONFIG_DIR: dir },
      stdio: 'ignore',
    },
  );
  const exited = once(child, 'exit');
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const metadataUrl = `${baseUrl}saml2/idp/metadata.php`;
  await untilAnswered(metadataUrl);
  return {
    entityId: metadataUrl,
    ssoUrl: `${baseUrl}saml2/idp/SSOService.php`,
    get keys() {
      return keys;
    },
    rollOver: () => (keys = writeKeys()),
    setClients: (clients) => {
      writeFileSync(
        join(dir, 'metadata/saml20-sp-remote.php'),
        `<?php\n${clients.map(remoteClient).join('')}`,
      );
    },
    metadata: async () => (await fetch(metadataUrl)).text(),
    stop: async () => {
      process.off('exit', kill);
      kill();
      await exited;
      rmSync(dir, { recursive: true });
    },
  };
}

async function untilAnswered(url: string): Promise<void> {
  for (const deadline = Date.now() + STARTED_WITHIN_MS; ;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`SimpleSAMLphp did not start (${status})`);
    await sleep(100);
  }
}

const php = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const bare = (pem: string): string => pem.replace(/-----[A-Z ]+-----|\s/g, '');

function configuration(dir: string, baseUrl: string): string {
  return `<?php
$config = [
  'baseurlpath' => ${php(baseUrl)},
  'certdir' => ${php(join(dir, 'cert/'))},
  'loggingdir' => ${php(join(dir, 'log/'))},
  'datadir' => ${php(join(dir, 'data/'))},
  'tempdir' => ${php(join(dir, 'tmp/'))},
  'secretsalt' => 'of-these-tests-alone',
  'auth.adminpassword' => 'nobody-signs-in-here',
  'technicalcontact_name' => 'Tests',
  'technicalcontact_email' => 'tests@corp.example',
  'timezone' => 'UTC',
  'logging.level' => SimpleSAML\\Logger::WARNING,
  'logging.handler' => 'file',
  'showerrors' => true,
  'errorreporting' => false,
  'enable.saml20-idp' => true,
  'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.secure' => false,
  'session.cookie.samesite' => null,
  'session.phpsession.savepath' => ${php(join(dir, 'sessions'))},
  'store.type' => 'phpsession',
  'metadata.sources' => [['type' => 'flatfile', 'directory' => ${php(join(dir, 'metadata'))}]],
  'trusted.url.domains' => null,
];
`;
}

const AUTH_SOURCES = `<?php
$config = [
  'people' => [
    'exampleauth:UserPass',
    '${SIMPLESAML_USER.username}:${SIMPLESAML_USER.password}' => [
      'uid' => ['${SIMPLESAML_USER.username}'],
      'mail' => ['${SIMPLESAML_USER.email}'],
      'displayName' => ['Alice Example'],
      'groups' => ['engineers', 'everyone'],
    ],
  ],
];
`;

const HOSTED_IDP = `<?php
$metadata['__DYNAMIC:1__'] = [
  'host' => '__DEFAULT__',
  'privatekey' => 'idp.key',
  'certificate' => 'idp.crt',
  'auth' => 'people',
  'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'authproc' => [10 => ['class' => 'saml:PersistentNameID', 'attribute' => 'uid']],
];
`;

function remoteClient(client: SimpleSamlClient): string {
  const keys = [
    ['signing', client.requestCertificate],
    ['encryption', client.encryptFor],
  ]
    .filter(([, pem]) => pem !== undefined)
    .map(
      ([use, pem]) =>
        `['encryption' => ${String(use === 'encryption')}, 'signing' => ${String(use === 'signing')}, ` +
        `'type' => 'X509Certificate', 'X509Certificate' => ${php(bare(pem ?? ''))}]`,
    );
  return `$metadata[${php(client.entityId)}] = [
  'AssertionConsumerService' => ${php(client.acsUrl)},
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'saml20.sign.assertion' => ${String(client.signAssertion ?? true)},
  'saml20.sign.response' => ${String(client.signResponse ?? true)},
  'assertion.encryption' => ${String(client.encryptFor !== undefined)},
  'validate.authnrequest' => ${String(client.requestCertificate !== undefined)},
  'keys' => [${keys.join(', ')}],
];
`;
}
