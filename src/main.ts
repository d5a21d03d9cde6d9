import 'reflect-metadata';
import { availableParallelism } from 'node:os';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { configureApplication } from './app.setup';
import { appConfig } from './config/app.config';
import { createHttpAdapter } from './infrastructure/http';
import { createLogger } from './infrastructure/logging';

async function main(): Promise<void> {
  // Hashing fills the pool's threads; more of them than cores would only make every hash slower.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
  const config = appConfig();
  const options = { logger: createLogger(config), bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createHttpAdapter(config), options);
  configureApplication(app);
  await app.listen(config.port, config.host);
  const address = config.publicUrl ?? (await app.getUrl());
  new Logger('Portcullis').log(
    `API at ${address}/v1${config.docsEnabled ? `, Swagger UI at ${address}/docs` : ''}`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
