import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_CATALOGUE } from '../../src/common/events';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { scrape, type Scrape } from '../support/scrape';
import { ADMIN, launchService, startService, type ServiceProcess } from '../support/service';

const TOKEN = 'a token for the scraper';
const PASSWORD = 'a long and quiet sentence';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

async function withService(env: Record<string, string>, work: (service: ServiceProcess) => Promise<void>) {
  const service = await startService(database.url, env);
  try {
    await work(service);
  } finally {
    await service.stop();
  }
}

const ask = ({ api }: ServiceProcess, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${api.baseUrl}/metrics`, { headers });

describe('who may read the metrics', () => {
  it('is nobody in production, unless a token is set or they are asked for', () =>
    withService({}, async (service) => {
      const response = await ask(service);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'REQUEST.NOT_FOUND' });
    }));

  it('is whoever presents the whole token, which may come from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portcullis-metrics-'));
    const file = join(folder, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    await withService({ METRICS_TOKEN_FILE: file }, async (service) => {
      const statuses: number[] = [];
      for (const authorization of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`]) {
        statuses.push((await ask(service, { authorization })).status);
      }
      expect(statuses).toEqual([200, 200]);
      for (const presented of [TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), '']) {
        const refused = await ask(service, { authorization: `Bearer ${presented}` });
        expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'AUTH.TOKEN_INVALID' }]);
      }
      for (const authorization of [TOKEN, `Basic ${TOKEN}`])
        expect((await ask(service, { authorization })).status).toBe(401);
      const { accessToken } = await service.api.signIn(ADMIN.username, ADMIN.password);
      expect((await ask(service, { authorization: `Bearer ${accessToken}` })).status).toBe(401);
      const missing = await ask(service);
      expect([missing.status, await missing.json()]).toMatchObject([401, { code: 'AUTH.TOKEN_MISSING' }]);
    });
    rmSync(folder, { recursive: true });
  });

  it('is, without a token, who asks from this machine and for nobody else', () =>
    withService({ METRICS_ENABLED: 'true' }, async (service) => {
      const response = await ask(service);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      for (const header of ['x-forwarded-for', 'forwarded'])
        expect((await ask(service, { [header]: '127.0.0.1' })).status).toBe(404);
    }));

  it('is not whoever asks by way of a trusted proxy on this machine, whatever it says of them', () =>
    withService({ METRICS_ENABLED: 'true', TRUSTED_PROXIES: '127.0.0.1' }, async (service) => {
      for (const forwarded of ['192.0.2.7', '127.0.0.1', 'garbage', ''])
        expect((await ask(service, { 'x-forwarded-for': forwarded })).status).toBe(404);
    }));

  it('cannot be left to chance: on an address that others reach, they need a token', async () => {
    const service = await launchService(database.url, { METRICS_ENABLED: 'true', HOST: '0.0.0.0' });
    const deadline = Date.now() + 20_000;
    while (service.exitCode() === null && Date.now() < deadline) await sleep(50);
    expect(service.exitCode()).toBe(1);
    expect(service.output()).toContain('METRICS_ENABLED: needs METRICS_TOKEN');
  });
});

describe.each([
  ['one process', {}],
  ['two workers behind one port', { WEB_CONCURRENCY: '2' }],
])('the metrics of %s', (_, env: Record<string, string>) => {
  const GOOD = 4;
  const BAD = 3;
  const REFRESHES = 5;
  const DENIALS = 6;
  /** So many guesses lock an account; what follows is refused unseen. */
  const GUESSES = 5;
  const LOCKED_OUT = 2;
  const REFUSED = 2 * BAD + GUESSES + LOCKED_OUT;
  let service: ServiceProcess;
  let before: Scrape;
  let after: Scrape;

  beforeAll(async () => {
    const limits = { FAILED_ATTEMPTS_LIMIT: String(GUESSES), RATE_LIMIT_LOGIN_PER_ADDRESS: '1000' };
    service = await startService(database.url, { METRICS_TOKEN: TOKEN, ...limits, ...env });
    const { api } = service;
    const name = `counted-${Object.keys(env).length}`;
    const { accessToken: token } = await api.signIn(ADMIN.username, ADMIN.password);
    const guessed = `guessed-${name}`;
    for (const username of [name, guessed]) {
      const account = {
        username,
        email: `${username}@example.com`,
        displayName: username,
        password: PASSWORD,
      };
      await api.post('/v1/users', account, { token });
    }
    // A new connection each, or all would be the same worker's.
    const headers = { connection: 'close' };
    before = await scrape(service, TOKEN);

    const tokens = [];
    for (let n = 0; n < GOOD; n++) tokens.push(await api.signIn(name, PASSWORD));
    for (let n = 0; n < BAD; n++) await api.login(name, 'not the password of anybody');
    for (let n = 0; n < BAD; n++) await api.login('nobody-at-all', 'not the password of anybody');
    for (let n = 0; n < GUESSES; n++) await api.login(guessed, 'not the password of anybody');
    for (let n = 0; n < LOCKED_OUT; n++) await api.login(guessed, PASSWORD);
    let { refreshToken } = tokens[0]!;
    const spent = refreshToken;
    for (let n = 0; n < REFRESHES; n++) {
      const { body } = await api.post('/v1/auth/refresh', { refreshToken }, { headers });
      refreshToken = body.refreshToken;
    }
    await api.post('/v1/auth/refresh', { refreshToken: spent }, { headers });
    for (let n = 0; n < DENIALS; n++) await api.get('/v1/users', { token: tokens[1]!.accessToken, headers });
    for (const path of ['/no/such/route', `/v1/no-such-route/${name}`])
      await fetch(api.baseUrl + path, { headers });
    await fetch(`${api.baseUrl}/v1/users`, { method: 'PUT', headers });
    after = await scrape(service, TOKEN);
  });

  afterAll(() => service.stop());

  const counted = (metric: string, labels: Record<string, string>): number =>
    after.total(metric, labels) - before.total(metric, labels);

  it('count every sign-in, by method and outcome', () => {
    const signIns = (outcome: string): number =>
      counted('portcullis_sign_ins_total', { method: 'pwd', outcome });
    expect(signIns('success')).toBe(GOOD);
    expect(signIns('wrong_password')).toBe(BAD + GUESSES);
    expect(signIns('unknown_user')).toBe(BAD);
    expect(signIns('locked_out')).toBe(LOCKED_OUT);
  });

  it('count every event that has happened', () => {
    const events = (event: string): number => counted('portcullis_events_total', { event });
    expect(events('session.started')).toBe(GOOD);
    expect(events('session.refreshed')).toBe(REFRESHES);
    expect(events('refresh_token.reused')).toBe(1);
    expect(events('access.denied')).toBe(DENIALS);
    expect(events('sign_in.failed')).toBe(REFUSED);
    expect(events('user.locked-out')).toBe(1);
  });

  it('count every answer by method, route pattern and status, and every error by its code', () => {
    const answers = (method: string, route: string, status: string): number =>
      counted('portcullis_http_requests_total', { method, route, status });
    expect(answers('POST', '/v1/auth/login', '200')).toBe(GOOD);
    expect(answers('POST', '/v1/auth/login', '401')).toBe(REFUSED);
    expect(answers('POST', '/v1/auth/refresh', '200')).toBe(REFRESHES);
    expect(answers('POST', '/v1/auth/refresh', '401')).toBe(1);
    expect(answers('GET', '/v1/users', '403')).toBe(DENIALS);
    expect(answers('any', 'unmatched', '404')).toBe(2);
    expect(answers('any', 'unmatched', '405')).toBe(1);
    const problems = (code: string): number => counted('portcullis_problems_total', { code });
    expect(problems('AUTH.INVALID_CREDENTIALS')).toBe(REFUSED);
    expect(problems('RBAC.MISSING_PERMISSION')).toBe(DENIALS);
    expect(problems('AUTH.INVALID_REFRESH_TOKEN')).toBe(1);
    expect(counted('portcullis_http_request_duration_seconds_count', { route: '/v1/auth/login' })).toBe(
      GOOD + REFUSED,
    );
  });

  it('are those of docs/operations/monitoring.md, with their types, labels and meanings', () => {
    const page = readFileSync(join(__dirname, '../../docs/operations/monitoring.md'), 'utf8');
    // Workers have not started at one time.
    const untold = 'WEB_CONCURRENCY' in env ? ['process_start_time_seconds'] : [];
    const documented = [...page.matchAll(/^\| `([a-z0-9_]+)` +\| (\w+) +\| (.+?) +\| (.+?) +\|$/gm)].map(
      ([, name = '', type, labels, meaning]) => ({ name, type, labels, meaning }),
    );
    const live = after.metrics();
    expect(documented.map(({ name }) => name).sort()).toEqual(
      [...live.map(({ name }) => name), ...untold].sort(),
    );
    for (const { name, type, help, labels } of live) {
      const row = documented.find((metric) => metric.name === name);
      expect(`${name}: ${row?.type}, ${row?.meaning}`).toBe(`${name}: ${type}, ${help}`);
      // A metric without a series, such as a breaker where there is no Redis, shows no labels.
      const seen = labels.length > 0 ? labels.join(', ') : row?.labels;
      expect(`${name}: ${row?.labels}`).toBe(`${name}: ${seen}`);
    }
  });

  it('tell no address, name or id', () => {
    expect(after.text).not.toMatch(/no-such-route|nobody-at-all|[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('begin at nought where one occurrence is news: a rise from nothing would not be seen', () => {
    for (const event of Object.keys(EVENT_CATALOGUE))
      expect(before.samples).toContainEqual(
        expect.objectContaining({ name: 'portcullis_events_total', labels: { event } }),
      );
  });

  it('know how the service fares', () => {
    expect(after.total('portcullis_change_feed_lag_seconds')).toBeLessThan(5);
    expect(after.total('portcullis_audit_seal_lag_seconds')).toBeLessThan(60);
    expect(after.total('portcullis_database_connections')).toBeGreaterThan(0);
    expect(after.total('portcullis_dependency_up', { dependency: 'postgresql' })).toBe(1);
    expect(after.total('portcullis_token_cache_lookups_total', { result: 'hit' })).toBeGreaterThan(0);
    expect(after.total('process_resident_memory_bytes')).toBeGreaterThan(0);
  });
});

describe('the totals of several workers', () => {
  it('keep what a worker had counted that has ended', () =>
    withService({ METRICS_TOKEN: TOKEN, WEB_CONCURRENCY: '2' }, async (service) => {
      for (let n = 0; n < 6; n++) await service.api.signIn(ADMIN.username, ADMIN.password);
      const signIns = async (): Promise<number> =>
        (await scrape(service, TOKEN)).total('portcullis_sign_ins_total', { outcome: 'success' });
      expect(await signIns()).toBe(6);
      const [victim] = execFileSync('pgrep', ['-P', String(service.pid)], { encoding: 'utf8' }).split('\n');
      process.kill(Number(victim), 'SIGKILL');
      const deadline = Date.now() + 20_000;
      while (!service.output().includes(`Worker ${victim} ended`) && Date.now() < deadline) await sleep(50);
      expect(await signIns()).toBe(6);
    }));
});
