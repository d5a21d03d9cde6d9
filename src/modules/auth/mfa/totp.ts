import { generateURI, verify } from 'otplib';

/** RFC 6238 §4.1 and what authenticator apps take for granted. */
const PERIOD_SECONDS = 30;

export interface TotpVerification {
  /** In base32. */
  readonly secret: string;
  readonly code: string;
  /** Seconds since the epoch. */
  readonly now: number;
  /** The step of the last code that was accepted. */
  readonly afterStep: number;
  /** RFC 6238 §5.2 allows for one step of delay. Never for a code from the future. */
  readonly acceptsPreviousStep: boolean;
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly digits?: 6 | 8;
}

/** The time step that `code` is right for, if it is right and no code of that step or a later one was accepted. */
export async function verifyTotp(attempt: TotpVerification): Promise<number | null> {
  const { secret, code, now, afterStep, acceptsPreviousStep, algorithm = 'sha1', digits = 6 } = attempt;
  // Where no step is left the library throws, as it does on codes of another form.
  const hasStepLeft = afterStep < Math.floor(now / PERIOD_SECONDS);
  if (!hasStepLeft || code.length !== digits || !/^[0-9]+$/.test(code)) return null;
  const result = await verify({
    secret,
    token: code,
    epoch: now,
    period: PERIOD_SECONDS,
    algorithm,
    digits,
    epochTolerance: acceptsPreviousStep ? [PERIOD_SECONDS, 0] : 0,
    ...(afterStep >= 0 && { afterTimeStep: afterStep }),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

/** What an authenticator app reads from the QR code. */
export function otpauthUri(issuer: string, username: string, secret: string): string {
  return generateURI({ issuer, label: username, secret, period: PERIOD_SECONDS });
}
