import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { dataOwner, reasonOf, run, type Launcher } from './launcher';

export const SUPERUSER = 'portcullis';

interface ClusterOptions {
  readonly dataDir: string;
  readonly initdb: string;
  readonly launcher: Launcher;
  readonly durable: boolean;
}

export interface Cluster {
  readonly data: string;
  readonly password: string;
}

const DRAFT = 'postgres.draft-';

/** The database cluster of a data folder; made at first use. Call it only as the owner of the folder. */
export async function prepareCluster(options: ClusterOptions): Promise<Cluster> {
  const data = join(options.dataDir, 'postgres');
  const passwordFile = join(options.dataDir, 'postgres-password');
  removeDrafts(options.dataDir);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const password = randomBytes(32).toString('base64url');
    writeFileSync(passwordFile, password, { mode: 0o600, flush: true });
    renameSync(await createDraft(options, password), data);
    removeDrafts(options.dataDir);
  }
  return { data, password: readPassword(passwordFile) };
}

/** Whoever was killed half way left a draft, never half a cluster. */
function removeDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith(DRAFT))) {
    rmSync(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function createDraft(options: ClusterOptions, password: string): Promise<string> {
  const draft = mkdtempSync(join(options.dataDir, DRAFT));
  const [data, passwordFile] = [join(draft, 'data'), join(draft, 'password')];
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const owner = dataOwner();
  if (owner !== undefined) [draft, passwordFile].forEach((path) => chownSync(path, owner, owner));
  const settings = [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
  ];
  try {
    await run(options.launcher(options.initdb, [...settings, ...(options.durable ? [] : ['--no-sync'])]));
  } catch (cause) {
    const problem = `the database cannot be made in ${options.dataDir} (${reasonOf(cause)}); set DATA_DIR or DB_URL`;
    throw new EmbeddedPostgresError(problem, { cause });
  }
  return data;
}

function readPassword(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8');
  throw new EmbeddedPostgresError(
    `${file}, the password of the database beside it, is missing; put it back, or set DB_URL`,
  );
}
