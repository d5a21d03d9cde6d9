import { brotliDecompressSync } from 'node:zlib';
import { COMMON_PASSWORDS } from './common-passwords.data';

let words: ReadonlySet<string> | undefined;

/** The passwords that everybody tries, in lower case; unpacked when they are first asked for. */
export function commonPasswords(): ReadonlySet<string> {
  words ??= new Set(
    brotliDecompressSync(Buffer.from(COMMON_PASSWORDS, 'base64')).toString('utf8').split('\n'),
  );
  return words;
}
