import type { ConfigType } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { appConfig } from './config/app.config';
import { serveDocs, useJsonBodies, useRequestHooks } from './infrastructure/http';
import { RequestContext } from './infrastructure/request-context';

/** The HTTP settings of the application: hooks, body parser, CORS, documentation, and how it shuts down. */
export function configureApplication(app: NestFastifyApplication): void {
  const config = app.get<ConfigType<typeof appConfig>>(appConfig.KEY);
  const fastify = app.getHttpAdapter().getInstance();
  useRequestHooks(fastify, app.get(RequestContext), config.publicUrl?.startsWith('https:') ?? false);
  useJsonBodies(fastify);
  if (config.corsAllowedOrigins.length > 0) {
    app.enableCors({
      origin: config.corsAllowedOrigins,
      exposedHeaders: ['ETag', 'Retry-After', 'X-Request-Id'],
    });
  }
  if (config.docsEnabled) serveDocs(app);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
}
