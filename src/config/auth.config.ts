import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export const authConfig = registerAs('auth', () => {
  const env = environment();
  return {
    audience: env.JWT_AUDIENCE,
    accessTtlSeconds: env.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
    failedAttemptsLimit: env.FAILED_ATTEMPTS_LIMIT,
    lockoutSeconds: env.LOCKOUT_DURATION_MINUTES * 60,
    passwordHash: { memoryKib: env.PASSWORD_HASH_MEMORY_KIB, iterations: env.PASSWORD_HASH_ITERATIONS },
    /** Processes on this machine that count in memory, each for itself. */
    workers: env.WEB_CONCURRENCY,
    rateLimits: {
      loginPerAddress: env.RATE_LIMIT_LOGIN_PER_ADDRESS,
      loginPerName: env.RATE_LIMIT_LOGIN_PER_NAME,
      refreshPerAddress: env.RATE_LIMIT_REFRESH_PER_ADDRESS,
      mfaPerChallenge: env.RATE_LIMIT_MFA_PER_CHALLENGE,
      mfaPerAddress: env.RATE_LIMIT_MFA_PER_ADDRESS,
      forgotPerMailbox: env.RATE_LIMIT_FORGOT,
      forgotPerAddress: env.RATE_LIMIT_FORGOT_PER_ADDRESS,
      ssoStartPerAddress: env.RATE_LIMIT_SSO_START,
    },
    /** Of everybody, whatever their roles. */
    mfaRequired: env.MFA_REQUIRED,
    totp: { acceptsPreviousStep: env.TOTP_ACCEPT_PREVIOUS_STEP },
  };
});
