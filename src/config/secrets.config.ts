import { registerAs } from '@nestjs/config';
import { environment } from './environment';

/** Root secrets, from which every other key derives. The first one encrypts, all of them decrypt. */
export const secretsConfig = registerAs('secrets', () => {
  const env = environment();
  return { rootSecrets: [env.JWT_SECRET_KEY, ...env.JWT_SECRET_KEY_PREVIOUS] as const };
});
