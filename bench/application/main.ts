import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module';
import { configureApplication } from '../../src/app.setup';
import { appConfig } from '../../src/config/app.config';
import { createHttpAdapter } from '../../src/infrastructure/http';
import { createLogger } from '../../src/infrastructure/logging';
import { makeThreadPoolYield } from '../../src/infrastructure/thread-pool';
import { NoOpModule } from './no-op.module';

/** The built service, with one module of somebody who builds on it. */
@Module({ imports: [AppModule, NoOpModule] })
class ApplicationModule {}

async function main(): Promise<void> {
  await makeThreadPoolYield();
  const config = appConfig();
  const options = { logger: createLogger(config), bodyParser: false, abortOnError: false };
  const adapter = createHttpAdapter(config);
  const app = await NestFactory.create<NestFastifyApplication>(ApplicationModule, adapter, options);
  configureApplication(app);
  await app.listen(config.port, config.host);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
