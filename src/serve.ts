import cluster from 'node:cluster';
import { Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { configureApplication } from './app.setup';
import type { appConfig } from './config/app.config';
import { beginStart, endStart, wasDatabaseReached } from './infrastructure/database';
import { createHttpAdapter } from './infrastructure/http';
import { createLogger } from './infrastructure/logging';
import { SERVING } from './workers';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Serves from this process. Health probes are answered at once, everything else when there is a PostgreSQL to ask. */
export async function serve(config: ConfigType<typeof appConfig>): Promise<void> {
  const logger = createLogger(config);
  Logger.overrideLogger(logger);
  const adapter = createHttpAdapter(config, () => ({
    process: 'starting',
    postgresql: wasDatabaseReached() ? 'up' : 'down',
  }));
  for (const signal of SIGNALS) process.once(signal, leave);
  await adapter.open(config.port, config.host);
  beginStart();
  const options = { logger, bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, options);
  configureApplication(app);
  await app.listen(config.port, config.host);
  endStart();
  for (const signal of SIGNALS) process.off(signal, leave);
  if (cluster.isWorker) process.send?.(SERVING);
  const address = config.publicUrl ?? (await app.getUrl());
  new Logger('Portcullis').log(
    `API at ${address}/v1${config.docsEnabled ? `, Swagger UI at ${address}/docs` : ''}`,
  );
}

/** Nobody is served yet: nothing has begun that would have to end in order. */
function leave(): void {
  process.exit(0);
}
