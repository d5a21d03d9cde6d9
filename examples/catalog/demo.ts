import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module';
import { configureApplication } from '../../src/app.setup';
import { appConfig } from '../../src/config/app.config';
import { createHttpAdapter } from '../../src/infrastructure/http';
import { createLogger } from '../../src/infrastructure/logging';
import { CatalogModule } from './catalog.module';
import { DEMO_PASSWORD, seedPeople } from './demo-people';

/** The service as it is, with the catalogue beside it. */
@Module({ imports: [AppModule, CatalogModule] })
class DemoModule {}

async function main(): Promise<void> {
  process.env.DATA_DIR ??= '.data/demo';
  process.env.DOCS_ENABLED ??= 'true';
  process.env.BOOTSTRAP_ADMIN_PASSWORD ??= DEMO_PASSWORD;
  const config = appConfig();
  const options = { logger: createLogger(config), bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(
    DemoModule,
    createHttpAdapter(config),
    options,
  );
  configureApplication(app);
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  await seedPeople(url, process.env.BOOTSTRAP_ADMIN_PASSWORD);
  process.stdout.write(
    `\nThe demonstration is at ${url}/docs\n` +
      `People: ada (steward), bob (analyst), cleo (reads one table), admin; password: ${DEMO_PASSWORD}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
