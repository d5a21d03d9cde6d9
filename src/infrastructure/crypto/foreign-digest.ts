import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { compare as bcryptCompare, hash as bcryptHash } from '@node-rs/bcrypt';

/** About a quarter of a second; what costs more would let a few sign-ins hold up all others. */
const MAX_BCRYPT_COST = 12;
const MAX_ARGON2_MEMORY_KIB = 65_536;
const MAX_ARGON2_WORK_KIB = 262_144;
/** bcrypt reads no further, and stops at a NUL: what comes after would not be compared. */
const MAX_BCRYPT_BYTES = 72;

const NOBODY = 'the digest of nobody';
const BCRYPT = /^(\$2[aby]\$(\d\d)\$)[./A-Za-z0-9]{53}$/;
const ARGON2 =
  /^(\$argon2(?:id|i|d)\$v=19\$m=(\d{1,7}),t=([1-9]\d{0,2}),p=([1-8])\$)[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;

/**
 * Algorithm and cost of a password digest that another system made, as the digest begins; null where we do not verify
 * it: another algorithm, malformed, or dearer than bcrypt at 12 or Argon2 at 64 MiB and 256 MiB × iterations.
 */
export function schemeOf(digest: string): string | null {
  return bcryptSchemeOf(digest) ?? argon2SchemeOf(digest);
}

function bcryptSchemeOf(digest: string): string | null {
  const [, scheme, cost] = BCRYPT.exec(digest) ?? [];
  if (scheme === undefined) return null;
  return Number(cost) >= 4 && Number(cost) <= MAX_BCRYPT_COST ? scheme : null;
}

function argon2SchemeOf(digest: string): string | null {
  const match = ARGON2.exec(digest);
  if (match === null) return null;
  const [memory, iterations, lanes] = match.slice(2).map(Number) as [number, number, number];
  // RFC 9106 §3.1: eight blocks a lane at least.
  const isValid = memory >= 8 * lanes && memory <= MAX_ARGON2_MEMORY_KIB;
  return isValid && memory * iterations <= MAX_ARGON2_WORK_KIB ? (match[1] ?? null) : null;
}

/** A password as typed and in its NFKC form, where that is another: nobody knows what the other system did. */
export function formsOf(password: string): ReadonlySet<string> {
  return new Set([password, password.normalize('NFKC')]);
}

/** Whether `digest` is of exactly one of the forms of `password`. */
export async function matchesForeign(digest: string, password: string): Promise<boolean> {
  let matches = false;
  for (const form of formsOf(password)) {
    if (await matchesForm(digest, form)) matches = true;
  }
  return matches;
}

async function matchesForm(digest: string, password: string): Promise<boolean> {
  if (!isBcrypt(digest)) return argon2Verify(digest, password);
  const isWhole = Buffer.byteLength(password) <= MAX_BCRYPT_BYTES && !password.includes('\0');
  return (await bcryptCompare(password, digest)) && isWhole;
}

/** Makes a digest of `scheme` that nobody has, which costs what verifying one does. */
export async function spendOn(scheme: string): Promise<void> {
  const [, memoryCost, timeCost, parallelism] = (/m=(\d+),t=(\d+),p=(\d+)/.exec(scheme) ?? []).map(Number);
  if (memoryCost === undefined || timeCost === undefined || parallelism === undefined)
    await bcryptHash(NOBODY, Number(/\d\d(?=\$$)/.exec(scheme)?.[0]));
  else await argon2Hash(NOBODY, { memoryCost, timeCost, parallelism });
}

function isBcrypt(digest: string): boolean {
  return digest.startsWith('$2');
}
