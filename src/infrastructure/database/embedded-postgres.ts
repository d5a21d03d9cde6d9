import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { findBinaries } from './embedded-postgres/binaries';
import { prepareCluster, SUPERUSER } from './embedded-postgres/cluster';
import { EmbeddedPostgresError } from './embedded-postgres/embedded-postgres.error';
import { findLauncher } from './embedded-postgres/launcher';
import { stopOrphan } from './embedded-postgres/orphan';
import { claimOwnership } from './embedded-postgres/ownership';
import { startServer, type RunningServer } from './embedded-postgres/server';

export { EmbeddedPostgresError };

export interface EmbeddedPostgres {
  readonly url: string;
  /** Ends open transactions, writes everything down and waits until the server has exited. */
  stop(): Promise<void>;
}

interface EmbeddedPostgresOptions {
  /** Holds the cluster, its password and its log; made where it does not exist. */
  readonly dataDir: string;
  /** A free one by default. */
  readonly port?: number;
  /** False trades the safety of the data in a crash of the machine for speed; for tests. */
  readonly durable?: boolean;
}

/**
 * Starts a PostgreSQL of our own on loopback, for trials, development and tests.
 *
 * One live process has a `dataDir` to itself. A process that was killed leaves its server running; the next start
 * ends it and takes over. The server ends with this process, unless that is killed.
 *
 * @throws EmbeddedPostgresError with one line that says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    mkdirSync(options.dataDir, { recursive: true });
    const dataDir = realpathSync(options.dataDir);
    const ownership = claimOwnership(dataDir);
    try {
      const { url, server } = await startIn(dataDir, options);
      return {
        url,
        stop: async () => {
          await server.stop();
          ownership.release();
        },
      };
    } catch (error) {
      ownership.release();
      throw error;
    }
  } catch (error) {
    throw explained(error, options.dataDir);
  }
}

async function startIn(
  dataDir: string,
  { port, durable = true }: EmbeddedPostgresOptions,
): Promise<{ url: string; server: RunningServer }> {
  const { initdb, postgres } = findBinaries();
  const launcher = await findLauncher(postgres, dataDir);
  const { data, password } = await prepareCluster({ dataDir, initdb, launcher, durable });
  await stopOrphan(data);
  const logFile = join(dataDir, 'postgres.log');
  const server = await startServer({ postgres, launcher, data, logFile, durable, port });
  return { url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/postgres`, server };
}

/** What the file system refuses (a folder that is not ours, a full disk) is told in one line too. */
function explained(error: unknown, dataDir: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof EmbeddedPostgresError || code === undefined) return error;
  return new EmbeddedPostgresError(`${dataDir} is not usable (${message}); set DATA_DIR or DB_URL`, {
    cause: error,
  });
}
