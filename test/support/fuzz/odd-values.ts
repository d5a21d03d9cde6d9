import fc from 'fast-check';

/** Stands in a value for a piece of JSON that no value of JavaScript is written as. */
const RAW = { huge: '1e999', long: '9'.repeat(400), negativeZero: '-0', big: '9007199254740993' } as const;
const RAW_MARK = /"<raw:(\w+)>"/g;

/** Strings that databases, parsers, loggers and headers are known to trip over. */
const ODD_STRINGS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfffx',
  '\ufeff',
  '\u202eevil',
  'ﬀ',
  'ADMIN',
  'аdmin',
  'K',
  'İ',
  '😀'.repeat(40),
  '%00',
  '%',
  '%_\\',
  '..',
  '../../etc/passwd',
  '\r\nSet-Cookie: a=b',
  '\u001b[31m',
  "' OR 1=1 --",
  '${7*7}',
  '{{username}}',
  '*)(uid=*',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-1',
  '0',
  '99999999999999999999',
  '1e3',
  'root',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '0192F0C4-7B1E-7CC0-9D5E-3F6A1B2C4D5E',
  '2026-02-30T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.001Z',
  'http://127.0.0.1:1/',
  'javascript:alert(1)',
  'ada@example.com',
  '*:*',
  'users:read',
  '10.0.0.0/99',
  'x'.repeat(300),
  'é'.repeat(5_000),
] as const;

const ODD_NUMBERS = [0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 63), 1e308, 5e-324] as const;

export const oddString: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD_STRINGS) },
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { and: value };
  return value;
}

export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: oddString },
  fc.constantFrom(...ODD_NUMBERS),
  fc.constantFrom(...Object.keys(RAW).map((name) => `<raw:${name}>`)),
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], [{}], Array(1_100).fill('users:read')),
  fc.constantFrom(nested(20), nested(40), nested(2_000)),
  fc.constantFrom<unknown>({ toString: 'x' }, { then: 1 }, { $ne: null }, { constructor: { prototype: {} } }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** `value` in JSON, with what {@link oddValue} could only name. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replace(
    RAW_MARK,
    (mark, name: string) => RAW[name as keyof typeof RAW] ?? mark,
  );
}
