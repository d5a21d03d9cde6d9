import { DomainError } from '../../common/errors';

/** NIST SP 800-63B-4 §3.1.1.2: length is what counts where the password is the only factor. */
const MINIMUM_LENGTH = 15;
const MINIMUM_DISTINCT_CHARACTERS = 5;
const PRODUCT = 'portcullis';

export interface PasswordOwner {
  readonly username: string;
  readonly email: string;
}

/**
 * Refuses passwords that an attacker tries first. No composition rules: they make passwords weaker.
 *
 * @throws DomainError `USER.PASSWORD_TOO_SHORT` or `USER.PASSWORD_TOO_WEAK`
 */
export function requireAcceptablePassword(password: string, owner: PasswordOwner, pointer: string): void {
  const normalized = password.normalize('NFKC');
  if (codePointsOf(normalized) < MINIMUM_LENGTH) {
    const message = `must be at least ${MINIMUM_LENGTH} characters long`;
    throw new DomainError('USER.PASSWORD_TOO_SHORT', { errors: [{ pointer, code: 'too_short', message }] });
  }
  if (isPredictable(normalized.toLowerCase(), owner)) {
    const message = 'must not be made of the product, your own names, or a few repeated characters';
    throw new DomainError('USER.PASSWORD_TOO_WEAK', { errors: [{ pointer, code: 'too_weak', message }] });
  }
}

/** What is left once the words that everybody would guess are taken away. */
function isPredictable(password: string, { username, email }: PasswordOwner): boolean {
  const words = [email, email.split('@')[0] ?? '', username, PRODUCT].map((word) => word.toLowerCase());
  const rest = words.reduce((left, word) => (word.length < 3 ? left : left.replaceAll(word, '')), password);
  return rest.length < MINIMUM_LENGTH / 2 || new Set(password).size < MINIMUM_DISTINCT_CHARACTERS;
}

/** NIST counts code points, not UTF-16 units and not what the reader sees. */
function codePointsOf(text: string): number {
  return Array.from(text).length;
}
