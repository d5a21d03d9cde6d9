import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startPrometheus, type TestPrometheus } from '../support/prometheus';
import { scrape } from '../support/scrape';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const FOLDER = join(__dirname, '../../ops/prometheus');
const RULES = join(FOLDER, 'alerts.yml');
const TOKEN = 'a token for the scraper';
const SEEN_WITHIN_MS = 20_000;

function promtool(...args: string[]): string {
  return execFileSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
}

describe('a Prometheus beside the service', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let prometheus: TestPrometheus;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url, { METRICS_TOKEN: TOKEN });
    prometheus = await startPrometheus(new URL(service.api.baseUrl).host, TOKEN, RULES);
  });

  afterAll(async () => {
    await prometheus.stop();
    await service.stop();
    await database.drop();
  });

  async function eventually<Value>(
    ask: () => Promise<Value>,
    isSeen: (value: Value) => boolean,
  ): Promise<Value> {
    const deadline = Date.now() + SEEN_WITHIN_MS;
    for (;;) {
      const value = await ask();
      if (isSeen(value) || Date.now() > deadline) return value;
      await sleep(200);
    }
  }

  it('scrapes it, and counts what was done', async () => {
    const targets = await eventually(
      () => prometheus.targets(),
      ([target]) => target?.health === 'up',
    );
    expect(targets).toMatchObject([{ health: 'up', lastError: '' }]);
    for (let n = 0; n < 3; n++) await service.api.signIn(ADMIN.username, ADMIN.password);
    for (let n = 0; n < 2; n++) await service.api.login(ADMIN.username, 'not the password of anybody');
    const count = (outcome: string, expected: number) =>
      eventually(
        () => prometheus.query(`sum(portcullis_sign_ins_total{outcome="${outcome}"})`),
        (value) => value === expected,
      );
    expect(await count('success', 3)).toBe(3);
    expect(await count('wrong_password', 2)).toBe(2);
  });

  it('evaluates every alert', async () => {
    const rules = await eventually(
      () => prometheus.rules(),
      (found) => found.length > 0 && found.every(({ health }) => health === 'ok'),
    );
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  it('has every metric that the alerts look at', async () => {
    const known = (await scrape(service, TOKEN)).metrics().map(({ name }) => name);
    const used = [...readFileSync(RULES, 'utf8').matchAll(/portcullis_[a-z_]+/g)].map(([name]) => name);
    expect([...new Set(used)].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('finds the page well-formed, with a help text for every metric', async () => {
    const { text } = await scrape(service, TOKEN);
    const page = text.replace(/^.*nodejs_active_\w+_total.*\n/gm, ''); // gauges of prom-client, named like counters
    const run = () => execFileSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
    expect(run).not.toThrow();
  });
});

describe('the alerts', () => {
  it('are rules that Prometheus understands', () => {
    expect(promtool('check', 'rules', 'alerts.yml')).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('fire when they should, and not in an ordinary hour', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });
});
