import { commonPasswords } from './common-passwords';

/** What an attacker would put together a password from, and what of it he would have to search for. */
export interface PasswordPieces {
  /** Characters that belong to nothing below. */
  readonly loose: number;
  /** Different listed words. */
  readonly words: number;
  /** Different runs: `aaaa`, `abcd`, `qwerty`, `9876`. */
  readonly runs: number;
  /** Different words of `known`. */
  readonly known: number;
}

const LONGEST_WORD = 24;
const SHORTEST_WORD = 4;
const SHORTEST_RUN = 4;
const LINES = [
  'abcdefghijklmnopqrstuvwxyz',
  '012345678901234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
].flatMap((line) => [line, Array.from(line).reverse().join('')]);
/** How letters are disguised; each stands for one letter, so that positions stay what they are. */
const DISGUISES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/** Takes `password`, in lower case, apart into the longest pieces that can be guessed, from left to right. */
export function piecesOf(password: string, known: readonly string[]): PasswordPieces {
  const text = withoutRepetition(password);
  const plain = Array.from(text, (character) => DISGUISES[character] ?? character).join('');
  const found = { words: new Set<string>(), runs: new Set<string>(), known: new Set<string>() };
  let loose = 0;
  for (let at = 0; at < text.length;) {
    const candidates = [
      ['known', knownAt(text, plain, at, known)],
      ['words', wordAt(text, plain, at)],
      ['runs', runAt(text, at)],
    ] as const;
    const [kind, piece] = candidates.reduce((best, next) => (next[1].length > best[1].length ? next : best));
    if (piece === '') loose++;
    else found[kind].add(piece);
    at += piece.length || codeUnitsAt(text, at);
  }
  return { loose, words: found.words.size, runs: found.runs.size, known: found.known.size };
}

function knownAt(text: string, plain: string, at: number, known: readonly string[]): string {
  return known
    .filter((word) => text.startsWith(word, at) || plain.startsWith(word, at))
    .reduce((longest, word) => (word.length > longest.length ? word : longest), '');
}

function wordAt(text: string, plain: string, at: number): string {
  const words = commonPasswords();
  for (let length = LONGEST_WORD; length >= SHORTEST_WORD; length--) {
    if (at + length > text.length) continue;
    const disguised = plain.slice(at, at + length);
    const word = [text.slice(at, at + length), disguised].find((candidate) => words.has(candidate));
    if (word !== undefined) return word;
  }
  return '';
}

function runAt(text: string, at: number): string {
  const longest = Math.max(
    sameFrom(text, at),
    ...LINES.map((line) => {
      const start = line.indexOf(text[at] ?? '');
      return start < 0 ? 0 : sharedFrom(text, at, line, start);
    }),
  );
  return longest < SHORTEST_RUN ? '' : text.slice(at, at + longest);
}

function sameFrom(text: string, at: number): number {
  let length = 1;
  while (at + length < text.length && text[at + length] === text[at]) length++;
  return length;
}

function sharedFrom(text: string, at: number, line: string, start: number): number {
  let length = 0;
  while (start + length < line.length && text[at + length] === line[start + length]) length++;
  return length;
}

/** `abcabcabca` is `abc`: the shortest beginning of which the whole is a repetition, or the whole (Knuth-Morris-Pratt). */
function withoutRepetition(text: string): string {
  const borders = [0];
  for (let at = 1, border = 0; at < text.length; at++) {
    while (border > 0 && text[at] !== text[border]) border = borders[border - 1] ?? 0;
    if (text[at] === text[border]) border++;
    borders.push(border);
  }
  const period = text.length - (borders.at(-1) ?? 0);
  return period * 2 <= text.length ? text.slice(0, period) : text;
}

function codeUnitsAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
