import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export const sessionsConfig = registerAs('sessions', () => {
  const env = environment();
  return { idleSeconds: env.SESSION_IDLE_SECONDS, absoluteSeconds: env.SESSION_ABSOLUTE_SECONDS };
});
