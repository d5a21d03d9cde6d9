import { HttpHarness } from './http-harness';

const UUID = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function expectProblem(
  answer: Response,
  status: number,
  code: string,
): Promise<Record<string, unknown>> {
  const body = (await answer.json()) as Record<string, unknown>;
  expect(body).toMatchObject({
    type: `urn:portcullis:error:${code}`,
    title: expect.any(String),
    status,
    code,
    requestId: answer.headers.get('x-request-id'),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expectStandardHeaders(answer);
  return body;
}

function expectStandardHeaders(answer: Response): void {
  expect(answer.headers.get('x-request-id')).toMatch(UUID_V7);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  expect(answer.headers.get('x-powered-by')).toBeNull();
  expect(answer.headers.get('server')).toBeNull();
}

describe('what every answer has in common', () => {
  let http: HttpHarness;

  beforeAll(async () => {
    http = await HttpHarness.start();
  });

  afterAll(() => http.stop());

  it('carries the security headers and a request id of our own', async () => {
    const answer = await http.fetch('/things', { headers: { 'x-request-id': 'mine', 'request-id': 'mine' } });
    expect(answer.status).toBe(200);
    expectStandardHeaders(answer);
    expect(answer.headers.get('strict-transport-security')).toBeNull();
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('knows the request that it serves, and trusts no forwarded address', async () => {
    const answer = await http.fetch('/things/context', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(await answer.json()).toEqual({ requestId: answer.headers.get('x-request-id'), ip: '127.0.0.1' });
  });

  it.each([
    ['an unknown route', '/nothing', 'GET'],
    ['a slash at the end', '/things/', 'GET'],
    ['two slashes', '//things', 'GET'],
    ['another spelling', '/Things', 'GET'],
    ['a path parameter of the URL', '/things;x=1', 'GET'],
  ])('answers 404 to %s', async (_, path, method) => {
    const answer = await http.fetch(path, { method });
    expect(answer.status).toBe(404);
    expectStandardHeaders(answer);
  });

  it.each(['DELETE', 'PATCH', 'OPTIONS'])(
    'answers 405 to %s where others are known, and names them',
    async (method) => {
      const answer = await http.fetch('/things', { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
      expect(await answer.json()).toMatchObject({ code: 'REQUEST.METHOD_NOT_ALLOWED', status: 405 });
      expectStandardHeaders(answer);
    },
  );

  it('answers HEAD as GET, without a body', async () => {
    const get = await http.fetch('/things');
    const head = await http.fetch('/things', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect(await head.text()).toBe('');
    expectStandardHeaders(head);
  });

  it('ignores a header that would change the method', async () => {
    const answer = await http.fetch('/things', { headers: { 'x-http-method-override': 'DELETE' } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['a NUL in the path', '/things/%00', 'REQUEST.MALFORMED'],
    ['a NUL in the query', '/things?limit=%00', 'REQUEST.MALFORMED'],
    ['a path that is not UTF-8', '/things/%ff', 'REQUEST.MALFORMED'],
    ['an endless path parameter', `/things/${'a'.repeat(500)}`, 'REQUEST.MALFORMED'],
  ])('answers 400 to %s', async (_, path, code) => {
    await expectProblem(await http.fetch(path), 400, code);
  });

  it.each([
    ['bug', 500, 'SERVICE.INTERNAL_ERROR'],
    ['database', 503, 'SERVICE.UNAVAILABLE'],
    ['expired', 401, 'AUTH.TOKEN_EXPIRED'],
    ['missing', 401, 'AUTH.TOKEN_MISSING'],
    ['limited', 429, 'AUTH.RATE_LIMITED'],
  ])('turns the failure "%s" into %d %s, and tells no more', async (how, status, code) => {
    const body = await expectProblem(await http.fetch(`/things/fail/${how}`), status, code);
    expect(JSON.stringify(body)).not.toMatch(/SELECT|srv|127\.0\.0\.1|stack|ECONN/);
  });

  it.each([
    ['expired', 'Bearer error="invalid_token", error_description="The access token has expired"'],
    ['missing', 'Bearer'],
    ['credentials', 'Bearer'],
  ])('says after "%s" how to authenticate', async (how, challenge) => {
    const { headers } = await http.fetch(`/things/fail/${how}`);
    expect(headers.get('www-authenticate')).toBe(challenge);
  });

  it('says when to come back', async () => {
    expect((await http.fetch('/things/fail/limited')).headers.get('retry-after')).toBe('7');
    expect((await http.fetch('/things/fail/database')).headers.get('retry-after')).toMatch(/^[123]$/);
  });

  it('lets extension members replace no standard one', async () => {
    const body = await expectProblem(await http.fetch('/things/fail/extended'), 503, 'SERVICE.UNAVAILABLE');
    expect(body.since).toBe('now');
  });

  it('names what is wrong in path and query by pointer', async () => {
    const path = await expectProblem(await http.fetch('/things/17'), 400, 'REQUEST.MALFORMED');
    expect(path.errors).toMatchObject([{ pointer: '#/path/id' }]);
    const query = await expectProblem(await http.fetch('/things?limit=11&x=1'), 400, 'REQUEST.MALFORMED');
    expect(query.errors).toMatchObject([{ pointer: '#/query/limit' }, { pointer: '#/query/x' }]);
    const twice = await expectProblem(await http.fetch('/things?limit=1&limit=2'), 400, 'REQUEST.MALFORMED');
    expect(twice.errors).toMatchObject([{ pointer: '#/query/limit' }]);
    expect(await (await http.fetch(`/things/${UUID}`)).json()).toEqual({ id: UUID });
  });
});

describe('what is not even a request', () => {
  let http: HttpHarness;

  beforeAll(async () => {
    http = await HttpHarness.start();
  });

  afterAll(() => http.stop());

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    [
      'two lengths',
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and chunks',
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers without end', `GET /things HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['no Host', 'GET /things HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a target that is no path', 'GET *things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
    ['the server as a whole', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
  ])('answers a problem to %s', async (_, bytes, status) => {
    const [head = '', body = ''] = (await http.raw(bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(head).toMatch(/x-content-type-options: nosniff/i);
    expect(head).toMatch(/x-request-id: /i);
    expect(JSON.parse(body)).toMatchObject({ status, requestId: expect.stringMatching(UUID_V7) });
  });

  it('serves HTTP/1.0 without Host, and ignores expectations that it does not know', async () => {
    expect(await http.raw('GET /things HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    expect(
      await http.raw('GET /things HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('a service behind HTTPS and a proxy', () => {
  let http: HttpHarness;

  beforeAll(async () => {
    http = await HttpHarness.start({ publicUrl: 'https://id.example.com', trustedProxies: ['127.0.0.0/8'] });
  });

  afterAll(() => http.stop());

  it('asks for HTTPS from now on', async () => {
    const { headers } = await http.fetch('/things');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('believes what the proxy says of the client, and not what the client says', async () => {
    const answer = await http.fetch('/things/context', {
      headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' },
    });
    expect(await answer.json()).toMatchObject({ ip: '203.0.113.9' });
  });

  it.each([
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::9]:4711', '2001:db8::9'],
    ['garbage', '127.0.0.1'],
    ['', '127.0.0.1'],
    ["203.0.113.9, '; DROP TABLE sessions", '127.0.0.1'],
    ['198.51.100.1, garbage, 127.0.0.2', '127.0.0.2'],
  ])('takes no address from %j but %s', async (forwardedFor, ip) => {
    const answer = await http.fetch('/things/context', { headers: { 'x-forwarded-for': forwardedFor } });
    expect(await answer.json()).toMatchObject({ ip });
  });
});

describe('cross-origin access', () => {
  let http: HttpHarness;

  beforeAll(async () => {
    http = await HttpHarness.start({ corsAllowedOrigins: ['https://app.example.com', 'null'] });
  });

  afterAll(() => http.stop());

  const preflight = (origin: string) =>
    http.fetch('/things', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('is open to an origin on the list', async () => {
    const { status, headers } = await preflight('https://app.example.com');
    expect(status).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': 'authorization, content-type, if-match',
      vary: 'origin',
    });
    const actual = await http.fetch('/things', { headers: { origin: 'https://app.example.com' } });
    expect(actual.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(actual.headers.get('access-control-expose-headers')).toContain('etag');
    expect(actual.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each([
    'null',
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://evil-app.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
  ])('is closed to %s', async (origin) => {
    for (const answer of [await preflight(origin), await http.fetch('/things', { headers: { origin } })]) {
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('vary')).toBe('origin');
    }
  });
});
