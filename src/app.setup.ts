import type { ConfigType } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { appConfig } from './config/app.config';
import { createOpenApiDocument, serveDocumentation } from './infrastructure/http';

/** More than an orderly end takes, and less than an orchestrator waits before it kills. */
const MAX_SHUTDOWN_MS = 9_500;

/** What `main.ts` and tests share: the documentation and the end. The rest is the HTTP adapter's. */
export function configureApplication(app: NestFastifyApplication): void {
  const config = app.get<ConfigType<typeof appConfig>>(appConfig.KEY);
  if (config.docsEnabled) serveDocumentation(app, () => createOpenApiDocument(app, config.publicUrl));
  endOnSignals(app);
}

/** SIGTERM and SIGINT end the process in order and with exit code 0; past the limit, whatever still hangs is cut. */
function endOnSignals(app: NestFastifyApplication): void {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) {
    process.once(signal, () => setTimeout(() => process.exit(1), MAX_SHUTDOWN_MS).unref());
  }
  app.enableShutdownHooks([...signals], { useProcessExit: true });
}
