import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../app.module';
import { createOpenApiDocument } from '../infrastructure/http';

/**
 * Prints the OpenAPI document. It is made of what the handlers declare, so nothing is started, no database is asked
 * and no configuration is read: the same sources always give the same text.
 */
export async function openapi(): Promise<void> {
  const options = { preview: true, abortOnError: false, logger: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), options);
  process.stdout.write(`${JSON.stringify(createOpenApiDocument(app), undefined, 2)}\n`);
}
