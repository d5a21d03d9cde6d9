import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { runCli } from '../support/cli';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
const LEAD_SECONDS = 10;
const KEYS = {
  SIGNING_KEY_LEAD_SECONDS: String(LEAD_SECONDS),
  RATE_LIMIT_LOGIN_PER_ADDRESS: '100000',
  RATE_LIMIT_LOGIN_PER_NAME: '100000',
};

interface Key {
  readonly kid: string;
  readonly algorithm: string;
  readonly status: string;
}

const kidOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;

/** Polls until `isTrue`; the deadline is the claim. */
const within = async (milliseconds: number, isTrue: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + milliseconds;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not so within ${milliseconds} ms`);
    await sleep(20);
  }
};

describe('the signing keys of two processes that share one database', () => {
  let database: TestDatabase;
  let sql: Client;
  let first: ServiceProcess;
  let second: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    [first, second] = await Promise.all([startService(database.url, KEYS), startService(database.url, KEYS)]);
    sql = new Client({ connectionString: database.url });
    await sql.connect();
  });

  afterAll(async () => {
    await sql.end();
    await Promise.all([first.stop(), second.stop()]);
    await database.drop();
  });

  const signIn = async (service = first) =>
    (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  const statusOf = async (service: ServiceProcess, token: string) =>
    (await service.api.get('/v1/auth/me', { token })).status;
  const ring = async (): Promise<Key[]> => (await sql.query<Key>('SELECT * FROM signing_keys')).rows;
  const activeKid = async () => (await ring()).find(({ status }) => status === 'active')?.kid ?? '';
  const publishedKids = async (service: ServiceProcess): Promise<string[]> =>
    (await service.api.get('/.well-known/jwks.json')).body.keys.map(({ kid }: { kid: string }) => kid);
  const actionsOf = async (kid: string): Promise<string[]> =>
    (
      await sql.query<{ action: string }>(
        'SELECT action FROM audit_events WHERE target_id = $1 ORDER BY at',
        [kid],
      )
    ).rows.map(({ action }) => action);

  it('are published with public parts only, and cacheable for less than the lead of a rotation', async () => {
    const { body, headers } = await first.api.get('/.well-known/jwks.json');
    expect(body.keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
        use: 'sig',
        alg: 'ES256',
        kid: expect.any(String),
      },
    ]);
    const maxAge = Number(/^public, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '')?.[1]);
    expect(maxAge).toBeGreaterThan(0);
    expect(maxAge).toBeLessThan(LEAD_SECONDS);
  });

  it('rotate under load without one 401: published first, signing after the lead, kept for what they signed', async () => {
    const before = await signIn();
    const oldKid = kidOf(before);
    const statuses = new Set<number>();
    const newKids = new Set<string>();
    let isOver = false;
    const load = [first, second].map(async (service, index) => {
      const other = index === 0 ? second : first;
      while (!isOver) {
        const token = await signIn(service);
        newKids.add(kidOf(token));
        for (const status of await Promise.all([
          statusOf(other, token),
          statusOf(service, token),
          statusOf(other, before),
        ]))
          statuses.add(status);
      }
    });

    expect((await first.api.post('/v1/signing-keys/rotate', undefined, { token: before })).status).toBe(204);
    const nextKid = (await ring()).find(({ status }) => status === 'next')?.kid ?? '';
    expect(await publishedKids(first)).toEqual([oldKid, nextKid]);
    await within(SEEN_ELSEWHERE_WITHIN_MS, async () => (await publishedKids(second)).includes(nextKid));
    expect((await first.api.post('/v1/signing-keys/rotate', undefined, { token: before })).status).toBe(204);
    expect(await ring()).toHaveLength(2);
    expect([...newKids]).toEqual([oldKid]);

    await within((LEAD_SECONDS + 8) * 1_000, async () => kidOf(await signIn(second)) === nextKid);
    await within(SEEN_ELSEWHERE_WITHIN_MS, async () => kidOf(await signIn(first)) === nextKid);
    isOver = true;
    await Promise.all(load);
    expect([...statuses]).toEqual([200]);
    expect(await statusOf(first, before)).toBe(200);
    expect((await ring()).map(({ kid, status }) => [kid, status])).toEqual([
      [oldKid, 'retiring'],
      [nextKid, 'active'],
    ]);
    expect(await actionsOf(nextKid)).toEqual(['signing-key.published', 'signing-key.activated']);
  });

  it('cannot be removed while their tokens may live, and go by themselves afterwards', async () => {
    const retiring = (await ring()).find(({ status }) => status === 'retiring')?.kid ?? '';
    const active = await activeKid();
    for (const kid of [retiring, active]) {
      await expect(sql.query('DELETE FROM signing_keys WHERE kid = $1', [kid])).rejects.toThrow(
        'may still be alive',
      );
    }
    await sql.query(`UPDATE signing_keys SET retired_at = retired_at - interval '2 hours' WHERE kid = $1`, [
      retiring,
    ]);
    await within(10_000, async () => (await ring()).length === 1);
    for (const service of [first, second])
      await within(SEEN_ELSEWHERE_WITHIN_MS, async () => (await publishedKids(service)).length === 1);
    expect(await actionsOf(retiring)).toContain('signing-key.removed');
  });

  it('rotate on schedule, by one of the processes', async () => {
    await sql.query(`UPDATE signing_keys SET activated_at = activated_at - interval '90 days'`);
    await within(10_000, async () => (await ring()).length === 2);
    expect((await ring()).map(({ status }) => status).sort()).toEqual(['active', 'next']);
    expect(await actionsOf((await ring()).find(({ status }) => status === 'next')?.kid ?? '')).toEqual([
      'signing-key.published',
    ]);
  });

  it('take every token along when they are revoked in an emergency, and the next key signs at once', async () => {
    const tokens = [await signIn(first), await signIn(second)];
    const oldKid = await activeKid();
    for (const token of tokens) {
      expect([kidOf(token), await statusOf(first, token), await statusOf(second, token)]).toEqual([
        oldKid,
        200,
        200,
      ]);
    }
    const revoked = await first.api.post(`/v1/signing-keys/${oldKid}/revoke`, undefined, {
      token: tokens[0]!,
    });
    expect(revoked.status).toBe(204);
    for (const token of tokens) {
      expect(await statusOf(first, token)).toBe(401);
      await within(SEEN_ELSEWHERE_WITHIN_MS, async () => (await statusOf(second, token)) === 401);
    }
    const fresh = await signIn(first);
    expect(kidOf(fresh)).toBe(await activeKid());
    expect(kidOf(fresh)).not.toBe(oldKid);
    expect(await statusOf(second, fresh)).toBe(200);
    expect(await publishedKids(first)).not.toContain(oldKid);
    const again = await first.api.post(`/v1/signing-keys/${oldKid}/revoke`, undefined, { token: fresh });
    expect(again.status).toBe(204);
    const unknown = await first.api.post(`/v1/signing-keys/${'k'.repeat(43)}/revoke`, undefined, {
      token: fresh,
    });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'AUTH.SIGNING_KEY_NOT_FOUND']);
  });

  it('are listed, rotated and revoked from the command line, seen by both processes', async () => {
    const token = await signIn(first);
    const listed = await runCli(database.url, ['keys', 'list'], KEYS);
    expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(listed.stdout).toContain(`${kidOf(token)}  ES256  active`);

    expect((await runCli(database.url, ['keys', 'rotate'], KEYS)).stdout).toContain('next');
    await within(SEEN_ELSEWHERE_WITHIN_MS, async () => (await publishedKids(second)).length === 2);

    expect(await runCli(database.url, ['keys', 'rotate', '--emergency'], KEYS)).toMatchObject({
      exitCode: 0,
    });
    for (const service of [first, second]) {
      await within(SEEN_ELSEWHERE_WITHIN_MS, async () => (await statusOf(service, token)) === 401);
      expect(await publishedKids(service)).toEqual([await activeKid()]);
      expect(await statusOf(second, await signIn(service))).toBe(200);
    }

    const wrong = await runCli(database.url, ['keys', 'revoke', 'nonsense'], KEYS);
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, 'There is no such signing key\n']);
    expect((await runCli(database.url, ['keys'], KEYS)).stderr).toMatch(/^Usage: /);
  });

  it('keep sessions alive through an emergency: a refresh gives a token of the new key', async () => {
    const tokens = await first.api.signIn(ADMIN.username, ADMIN.password);
    await first.api.post(`/v1/signing-keys/${await activeKid()}/revoke`, undefined, {
      token: tokens.accessToken,
    });
    expect(await statusOf(first, tokens.accessToken)).toBe(401);
    const refreshed = await second.api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken });
    expect(await statusOf(first, refreshed.body.accessToken as string)).toBe(200);
  });

  it('are encrypted at rest', async () => {
    const { rows } = await sql.query<{ box: Buffer }>(
      'SELECT private_key_ciphertext AS box FROM signing_keys',
    );
    for (const { box } of rows) {
      expect(box[0]).toBe(1);
      // id-ecPublicKey, as PKCS #8 has it
      expect(box.toString('hex')).not.toContain('2a8648ce3d0201');
    }
  });
});

describe('a service that is configured to RS256', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url, KEYS);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('rotates from ES256 through the same states, and honours both meanwhile', async () => {
    const old = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
    await service.stop();
    service = await startService(database.url, { ...KEYS, SIGNING_ALGORITHM: 'RS256' });
    const { body } = await service.api.get('/.well-known/jwks.json');
    expect(body.keys.map(({ alg }: { alg: string }) => alg)).toEqual(['ES256', 'RS256']);
    expect(Object.keys(body.keys[1]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const kid = body.keys[1].kid as string;
    await within((LEAD_SECONDS + 8) * 1_000, async () => {
      const { accessToken } = await service.api.signIn(ADMIN.username, ADMIN.password);
      expect((await service.api.get('/v1/auth/me', { token: accessToken })).status).toBe(200);
      return kidOf(accessToken) === kid;
    });
    expect((await service.api.get('/v1/auth/me', { token: old })).status).toBe(200);
  });
});
