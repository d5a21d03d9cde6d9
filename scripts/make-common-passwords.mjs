// Makes src/modules/users/common-passwords.data.ts, the bundled list of passwords that everybody tries, from the one
// of @zxcvbn-ts/language-common (MIT). That package is no dependency: unpack the version below somewhere, with the
// dictionary compression that it needs, and name the folder: node scripts/make-common-passwords.mjs FOLDER
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const PACKAGE = '@zxcvbn-ts/language-common';
const VERSION = '4.1.3';
const OUTPUT = 'src/modules/users/common-passwords.data.ts';
/** What is shorter says nothing about a password of the length that we ask for. */
const SHORTEST = 4;

const from = createRequire(resolve(process.argv[2] ?? '.', 'index.js'));
const { dictionary } = from(PACKAGE);
const words = [...new Set(dictionary['passwords-common'].map((word) => String(word).toLowerCase()))]
  .filter((word) => word.length >= SHORTEST)
  .sort();
const packed = brotliCompressSync(words.join('\n')).toString('base64');
writeFileSync(
  OUTPUT,
  `/** ${words.length} words, one a line, compressed by Brotli. Made by scripts/make-common-passwords.mjs from ${PACKAGE} ${VERSION} (MIT). */\n` +
    `export const COMMON_PASSWORDS = '${packed}';\n`,
);
