import { HttpHarness } from './http-harness';

describe('clients that take their time', () => {
  let http: HttpHarness;

  beforeAll(async () => {
    http = await HttpHarness.start();
  });

  afterAll(() => http.stop());

  async function secondsUntilClosed(bytes: string): Promise<number> {
    const startedAt = performance.now();
    await http.raw(bytes);
    return (performance.now() - startedAt) / 1_000;
  }

  it('are sent away, while others are served', async () => {
    const silent = secondsUntilClosed('');
    const endlessHeaders = secondsUntilClosed('GET /things HTTP/1.1\r\nHost: x\r\n');
    const endlessBody = secondsUntilClosed(
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{',
    );
    expect((await http.fetch('/things')).status).toBe(200);
    expect(await silent).toBeLessThan(15);
    expect(await endlessHeaders).toBeLessThan(15);
    expect(await endlessBody).toBeLessThan(25);
  });
});
