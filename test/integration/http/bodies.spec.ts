import { gzipSync } from 'node:zlib';
import { HttpHarness } from './http-harness';

const json = (value: unknown): string => JSON.stringify(value);

describe('request bodies', () => {
  let http: HttpHarness;

  beforeAll(async () => {
    http = await HttpHarness.start();
  });

  afterAll(() => http.stop());

  async function codeOf(answer: Response): Promise<unknown> {
    const { status, code } = (await answer.json()) as { status: number; code: string };
    expect(status).toBe(answer.status);
    return `${answer.status} ${code}`;
  }

  it.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])(
    'are accepted as %s',
    async (type) => {
      const answer = await http.post('/things', json({ name: 'Żółć 𝄞' }), { 'content-type': type });
      expect(await answer.json()).toEqual({ name: 'Żółć 𝄞' });
    },
  );

  it.each([
    ['a form', 'name=Ada', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', json({ name: 'Ada' }), { 'content-type': 'text/plain' }],
    ['XML', '<name/>', { 'content-type': 'application/xml' }],
    ['a merge patch', json({ name: 'Ada' }), { 'content-type': 'application/merge-patch+json' }],
    [
      'something else than what it starts with',
      json({ name: 'Ada' }),
      { 'content-type': 'application/json-x' },
    ],
    ['no type at all', json({ name: 'Ada' }), { 'content-type': '' }],
    ['Latin-1', json({ name: 'Ada' }), { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['UTF-16', json({ name: 'Ada' }), { 'content-type': 'application/json; charset=utf-16' }],
    ['a compressed body', gzipSync(json({ name: 'Ada' })), { 'content-encoding': 'gzip' }],
  ])('are refused as %s', async (_, body, headers) => {
    const answer = await http.post('/things', body, headers);
    expect(await codeOf(answer)).toBe('415 REQUEST.UNSUPPORTED_MEDIA_TYPE');
  });

  it.each([
    ['half a document', '{"name":'],
    ['two documents', '{"name":"a"}{"name":"b"}'],
    ['a byte order mark', '\uFEFF{"name":"Ada"}'],
    ['bytes that are not UTF-8', Buffer.from('{"name":"\xE9"}', 'latin1')],
    ['a NUL', '{"name":"\\u0000"}'],
    ['a NUL in a key', '{"na\\u0000me":"Ada"}'],
    ['half a surrogate pair', '{"name":"\\ud834"}'],
    ['the other half', '{"name":"\\udd1e\\ud834"}'],
    ['half a surrogate pair in a key', '{"\\ud834":1}'],
    ['a key that replaces a prototype', '{"name":"Ada","__proto__":{"isAdmin":true}}'],
    ['the same, in disguise', '{"name":"Ada","\\u005f_proto__":{"isAdmin":true}}'],
    ['a key that reaches a prototype', '{"constructor":{"prototype":{"isAdmin":true}}}'],
  ])('are malformed with %s', async (_, body) => {
    expect(await codeOf(await http.post('/things/anything', body))).toBe('400 REQUEST.MALFORMED');
  });

  it.each([
    ['arrays', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['arrays without end', '['.repeat(100_000)],
  ])('are refused fast when they nest %s ten thousand deep', async (_, body) => {
    const start = performance.now();
    expect(await codeOf(await http.post('/things/anything', body))).toBe('400 REQUEST.MALFORMED');
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('are refused over 100 kB, announced or not', async () => {
    const large = json({ name: 'x'.repeat(200_000) });
    expect(await codeOf(await http.post('/things', large))).toBe('413 REQUEST.TOO_LARGE');
    const chunk = large.slice(0, 150_000);
    const answer = await http.raw(
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n' +
        `${chunk.length.toString(16)}\r\n${chunk}\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('may be left out, with or without a content type; a schema then says what is missing', async () => {
    const bare = await http.fetch('/things/anything', { method: 'POST' });
    expect(await bare.json()).toEqual({ body: null });
    const typed = await http.post('/things/anything', '');
    expect(await typed.json()).toEqual({ body: null });
    const missing = await http.fetch('/things', { method: 'POST' });
    expect(await missing.json()).toMatchObject({
      status: 400,
      errors: [{ pointer: '', code: 'invalid_type' }],
    });
  });

  it.each([['[]'], ['1'], ['true'], ['null'], ['"text"'], ['{"name":{"a":1}}'], ['{"name":["a"]}']])(
    'of the wrong shape are malformed: %s',
    async (body) => {
      expect(await codeOf(await http.post('/things', body))).toBe('400 REQUEST.MALFORMED');
    },
  );

  it('are told every fault by pointer, and never a value', async () => {
    const answer = await http.post(
      '/things',
      json({ name: 'correct horse battery staple', nested: [{ 'a/b': 'hunter2' }], 'x~y': 1 }),
    );
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ pointer: '/name' }, { pointer: '/nested/0/a~1b' }, { pointer: '/x~0y' }],
    });
    expect(text).not.toMatch(/horse|hunter2/);
  });

  it('with thousands of faults are told the first few', async () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field${i}`, i]));
    const answer = await http.post('/things', json(fields));
    const { errors } = (await answer.json()) as { errors: unknown[] };
    expect(errors).toHaveLength(20);
  });
});
