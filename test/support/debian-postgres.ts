import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareCluster, SUPERUSER } from '../../src/infrastructure/database/embedded-postgres/cluster';
import { findLauncher } from '../../src/infrastructure/database/embedded-postgres/launcher';
import { startServer } from '../../src/infrastructure/database/embedded-postgres/server';
import type { FakeTime } from './fake-time';
import type { TestServer } from './test-server';

const INSTALLATIONS = '/usr/lib/postgresql';

/** A program of the newest Debian package `postgresql`. */
export function debianProgram(name: string): string {
  const version = existsSync(INSTALLATIONS) ? readdirSync(INSTALLATIONS).sort().at(-1) : undefined;
  if (version === undefined) throw new Error('The peers need PostgreSQL: apt-get install postgresql');
  return join(INSTALLATIONS, version, 'bin', name);
}

/** Starts the server of the Debian package `postgresql` in a temporary folder, by `clock` if it is to have its own. */
export async function startDebianPostgres(clock?: FakeTime): Promise<TestServer> {
  const program = debianProgram('postgres');
  const dataDir = mkdtempSync(join(tmpdir(), 'portcullis-debian-'));
  const postgres = clock === undefined ? program : clock.wrap(program);
  const options = { dataDir, postgres, initdb: debianProgram('initdb'), durable: false };
  const launcher = await findLauncher(program, dataDir);
  const cluster = await prepareCluster({ ...options, launcher });
  const logFile = join(dataDir, 'postgres.log');
  const server = await startServer({ ...options, launcher, data: cluster.data, logFile, port: undefined });
  return {
    url: `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${server.port}/postgres`,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}
