import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpHarness } from './http-harness';

function request(url: string, agent: Agent): Promise<{ answer: IncomingMessage; body: string }> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => resolve({ answer, body }));
    }).on('error', reject);
  });
}

describe('the end of the service', () => {
  it('finishes what is in flight, closes what is kept alive, and accepts nothing new', async () => {
    const http = await HttpHarness.start();
    const agent = new Agent({ keepAlive: true });
    await request(`${http.baseUrl}/things`, agent);
    const inFlight = request(`${http.baseUrl}/things/slow`, agent);
    await sleep(50);
    const startedAt = performance.now();
    const stopped = http.stop();
    await sleep(50);
    await expect(http.fetch('/things')).rejects.toThrow();
    expect((await inFlight).body).toBe('{"done":true}');
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    agent.destroy();
  });

  it('lingers in production, so that fronts can see it and their connections close by themselves', async () => {
    const http = await HttpHarness.start({ mode: 'production' });
    const agent = new Agent({ keepAlive: true });
    const before = await request(`${http.baseUrl}/things`, agent);
    expect(before.answer.headers.connection).toBe('keep-alive');
    const stopped = http.stop();
    await sleep(50);
    const during = await request(`${http.baseUrl}/things`, agent);
    expect(during.answer.statusCode).toBe(200);
    expect(during.answer.headers.connection).toBe('close');
    await stopped;
    agent.destroy();
  });
});
