import fc from 'fast-check';
import { jsonOf, oddString } from './odd-values';
import { mutated } from './mutated';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: { readonly examples?: readonly unknown[]; readonly enum?: readonly unknown[] };
}

export interface FuzzedOperation {
  readonly method: string;
  readonly path: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly examples?: object }> }>;
}

export interface FuzzedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Nearly right for `operation`, and odd somewhere. `ids` are of things that exist. */
export function fuzzedRequest(
  operation: FuzzedOperation,
  ids: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  return fc
    .record({ target: targetOf(operation, ids), headers: headersOf(operation), body: bodyOf(operation) })
    .map(({ target, headers, body }) => ({
      method: operation.method.toUpperCase(),
      target,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body,
    }));
}

function targetOf({ path, parameters = [] }: FuzzedOperation, ids: readonly string[]): fc.Arbitrary<string> {
  const segment = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, oddString.filter(isSegment));
  const segments = fc.array(segment, { minLength: 4, maxLength: 4 });
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const pair = fc.tuple(
    fc.oneof(
      ...(query.length === 0 ? [oddString] : [fc.constantFrom(...query.map(({ name }) => name)), oddString]),
    ),
    fc.oneof(
      oddString,
      ...query.map(({ schema }) =>
        fc.constantFrom(...[...(schema?.examples ?? schema?.enum ?? ['1'])].map(String)),
      ),
    ),
  );
  return fc.tuple(segments, fc.array(pair, { maxLength: 4 })).map(([values, pairs]) => {
    let index = 0;
    const filled = path.replace(/\{\w+\}/g, () => encoded(values[index++] ?? ''));
    return pairs.length === 0
      ? filled
      : `${filled}?${pairs.map((both) => both.map(encoded).join('=')).join('&')}`;
  });
}

/** What a client can put between two slashes without naming another route. */
function isSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..';
}

/** Halves of surrogate pairs as the bytes that they would have. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replaceAll('%EF%BF%BD', '%ED%A0%80');
}

const IF_MATCHES = [
  '"1"',
  '"2"',
  '1',
  '*',
  'W/"1"',
  '""',
  '"1", "2"',
  '"99999999999999999999"',
  '"2147483648"',
  '"-1"',
];

function headersOf({ parameters = [] }: FuzzedOperation): fc.Arbitrary<Record<string, string>> {
  const latin = fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  });
  const odd = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    fc.record(
      {
        'content-type': fc.constantFrom(
          'application/json; charset=utf-16',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'text/plain',
          ';',
        ),
        'user-agent': latin,
        'x-forwarded-for': latin,
        'x-request-id': latin,
        accept: latin,
        'content-encoding': fc.constantFrom('gzip', 'identity'),
        cookie: fc.oneof(latin, fc.constant(`__Host-ptc_flow=${'A'.repeat(43)}`)),
      },
      { requiredKeys: [] },
    ),
  );
  if (!parameters.some(({ name }) => name === 'If-Match')) return odd;
  const ifMatch = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...IF_MATCHES) }, latin);
  return fc.tuple(odd, ifMatch).map(([headers, version]) => ({ ...headers, 'if-match': version }));
}

function bodyOf({ requestBody }: FuzzedOperation): fc.Arbitrary<string | undefined> {
  const example = requestBody?.content['application/json']?.example;
  if (example === undefined) return fc.constant(undefined);
  const broken = fc.constantFrom(
    '',
    '{',
    'nul',
    '\ufeff{}',
    '{"a":1,"a":2}',
    '['.repeat(9_000),
    ' '.repeat(110_000),
  );
  return fc.oneof(
    { weight: 9, arbitrary: mutated(example).map((value) => (value === undefined ? '' : jsonOf(value))) },
    broken,
  );
}
