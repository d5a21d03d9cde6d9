import { registerAs } from '@nestjs/config';
import { environment, isLoopback } from './environment';

/** Without a token only this very machine may read them; so by default there are none in production. */
export const metricsConfig = registerAs('metrics', () => {
  const env = environment();
  const isTrial = env.mode === 'development' && isLoopback(env);
  return {
    enabled: env.METRICS_ENABLED ?? (env.METRICS_TOKEN !== undefined || isTrial),
    token: env.METRICS_TOKEN,
  };
});
