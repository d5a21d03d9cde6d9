import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export const signingKeysConfig = registerAs('signing-keys', () => {
  const env = environment();
  const leadSeconds = env.SIGNING_KEY_LEAD_SECONDS;
  return {
    algorithm: env.SIGNING_ALGORITHM,
    rotationSeconds: env.SIGNING_KEY_ROTATION_DAYS * 86_400,
    leadSeconds,
    /** Shorter than the lead: who caches the keys that long has the next one before it signs. */
    publicKeysMaxAgeSeconds: Math.min(300, Math.floor(leadSeconds / 2)),
  };
});
