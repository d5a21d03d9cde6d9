import { Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { appConfig } from './config/app.config';
import { databaseConfig } from './config/database.config';
import { prepareDatabaseServer, tellWorkers, type DatabaseServer } from './infrastructure/database';
import { createLogger } from './infrastructure/logging';
import { Workers } from './workers';

/**
 * Serves from worker processes that share one port. This process holds what there is once: the embedded server, the
 * migrations, and the end, which it waits for.
 */
export async function supervise(config: ConfigType<typeof appConfig>): Promise<void> {
  Logger.overrideLogger(createLogger(config));
  const workers = new Workers(config.workers);
  let server: DatabaseServer | undefined;
  const database = prepareDatabaseServer(databaseConfig().server);
  tellWorkers(database.then(({ url }) => url));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => workers.stop());
  workers.start();
  // Either way out: the workers have ended, or there is no database to serve from, which is thrown.
  const exitCode = await Promise.race([
    workers.ended,
    database.then((started) => {
      server = started;
      return workers.ended;
    }),
  ]);
  await server?.stop();
  process.exit(exitCode);
}
