import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export const sessionsConfig = registerAs('sessions', () => {
  const env = environment();
  return {
    idleSeconds: env.SESSION_IDLE_SECONDS,
    absoluteSeconds: env.SESSION_ABSOLUTE_SECONDS,
    graceSeconds: env.REFRESH_GRACE_SECONDS,
    limit: env.SESSION_LIMIT,
    limitPolicy: env.SESSION_LIMIT_POLICY,
  };
});
