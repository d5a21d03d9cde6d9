import { registerAs } from '@nestjs/config';
import { environment } from './environment';

/** The first administrator; read only while no user exists. */
export const bootstrapConfig = registerAs('bootstrap', () => {
  const env = environment();
  return { username: env.BOOTSTRAP_ADMIN_USERNAME, password: env.BOOTSTRAP_ADMIN_PASSWORD };
});
