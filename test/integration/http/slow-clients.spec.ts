import { HttpHarness } from './http-harness';

describe('clients that take their time', () => {
  let http: HttpHarness;

  beforeAll(async () => {
    http = await HttpHarness.start();
  });

  afterAll(() => http.stop());

  /** How long the connection was held, and what came of it. */
  async function fateOf(bytes: string): Promise<{ seconds: number; answer: string }> {
    const startedAt = performance.now();
    const answer = await http.raw(bytes);
    return { seconds: (performance.now() - startedAt) / 1_000, answer };
  }

  it('are sent away with 408 and a stable code, while others are served', async () => {
    const silent = fateOf('');
    const endlessHeaders = fateOf('GET /things HTTP/1.1\r\nHost: x\r\n');
    const endlessBody = fateOf(
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{',
    );
    expect((await http.fetch('/things')).status).toBe(200);
    for (const [fate, withinSeconds] of [
      [silent, 15],
      [endlessHeaders, 15],
      [endlessBody, 25],
    ] as const) {
      const { seconds, answer } = await fate;
      expect(seconds).toBeLessThan(withinSeconds);
      expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(answer).toContain('content-type: application/problem+json');
      expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
        status: 408,
        code: 'REQUEST.TIMED_OUT',
        requestId: expect.any(String) as string,
      });
    }
  });
});
