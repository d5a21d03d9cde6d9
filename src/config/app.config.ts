import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export const appConfig = registerAs('app', () => {
  const env = environment();
  return {
    mode: env.mode,
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL,
    baseUrl: env.baseUrl,
    workers: env.WEB_CONCURRENCY,
    logLevel: env.LOG_LEVEL,
    trustedProxies: env.TRUSTED_PROXIES,
    corsAllowedOrigins: env.CORS_ALLOWED_ORIGINS,
    docsEnabled: env.DOCS_ENABLED ?? env.mode === 'development',
  };
});
