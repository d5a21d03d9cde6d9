import { DomainError } from '../../common/errors';
import { piecesOf, type PasswordPieces } from './guessable-pieces';

/**
 * NIST SP 800-63B-4 §3.1.1.2: length is what counts where the password may be the only factor.
 *
 * What a password is worth: each character that has to be searched for 1, each listed word 3 (there are about as many
 * of them as of three letters), each run 1, and what the attacker knows of the person nothing. Two words are never enough.
 */
const DEMANDS = {
  alone: { length: 15, worth: 9 },
  besideSecondFactor: { length: 8, worth: 7 },
} as const;
const WORTH_OF_WORD = 3;
const PRODUCT = 'portcullis';
/** Shorter parts of a name are in every text. */
const SHORTEST_NAME = 3;

export interface PasswordOwner {
  readonly username: string;
  readonly email: string;
  readonly displayName: string;
}

/**
 * Refuses passwords that an attacker tries first. No composition rules: they make passwords weaker.
 *
 * @throws DomainError `USER.PASSWORD_TOO_SHORT` or `USER.PASSWORD_TOO_WEAK`; `errors` says why
 */
export function requireAcceptablePassword(
  password: string,
  owner: PasswordOwner,
  pointer: string,
  isBesideSecondFactor: boolean,
): void {
  const minimum = demandsOf(isBesideSecondFactor);
  const normalized = password.normalize('NFKC');
  if (isTooShort(password, isBesideSecondFactor)) {
    const message = `must be at least ${minimum.length} characters long`;
    throw new DomainError('USER.PASSWORD_TOO_SHORT', { errors: [{ pointer, code: 'too_short', message }] });
  }
  const pieces = piecesOf(normalized.toLowerCase(), namesOf(owner));
  if (pieces.loose + pieces.runs + pieces.words * WORTH_OF_WORD < minimum.worth) {
    throw new DomainError('USER.PASSWORD_TOO_WEAK', { errors: [{ pointer, ...weaknessOf(pieces) }] });
  }
}

/** Whether it is shorter than what is demanded now: it may have been chosen when less was. */
export function isTooShort(password: string, isBesideSecondFactor: boolean): boolean {
  return codePointsOf(password.normalize('NFKC')) < demandsOf(isBesideSecondFactor).length;
}

function demandsOf(isBesideSecondFactor: boolean): { readonly length: number; readonly worth: number } {
  return isBesideSecondFactor ? DEMANDS.besideSecondFactor : DEMANDS.alone;
}

function weaknessOf(pieces: PasswordPieces): { code: string; message: string } {
  if (pieces.known > 0)
    return { code: 'personal', message: 'must not be made of your own names or the name of the product' };
  return pieces.words > 0
    ? { code: 'common', message: 'must not be one or two of the words that everybody tries' }
    : { code: 'repetitive', message: 'must not be made of sequences and repeated characters' };
}

/** Whole and in parts: somebody called Ada Lovelace is guessed at as `lovelace`, `ada@example.com` and `example`. */
function namesOf({ username, email, displayName }: PasswordOwner): string[] {
  const whole = [username, email, displayName, PRODUCT].map((name) => name.normalize('NFKC').toLowerCase());
  const parts = whole.flatMap((name) => name.split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...whole, ...parts])].filter((name) => name.length >= SHORTEST_NAME);
}

/** NIST counts code points, not UTF-16 units and not what the reader sees. */
function codePointsOf(text: string): number {
  return Array.from(text).length;
}
