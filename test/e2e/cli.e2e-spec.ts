import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, ROOT_SECRET, startService } from '../support/service';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function cli(args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--require', './scripts/register-typescript.cjs', 'src/cli/main.ts', ...args],
      { cwd: join(__dirname, '../..'), env: { PATH: process.env.PATH, ...env } },
    );
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => (output[stream] += chunk.toString()));
    child.once('close', (code) => resolve({ code, ...output }));
  });
}

describe('the command line', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  const configuration = (): Record<string, string> => ({
    DB_URL: database.url,
    JWT_SECRET_KEY: ROOT_SECRET,
    BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
  });

  it('prints the OpenAPI document without a database or a configuration, the same text every time', async () => {
    const [first, second] = await Promise.all([
      cli(['openapi'], {}),
      cli(['openapi'], { NODE_ENV: 'production', PUBLIC_URL: 'https://identity.example' }),
    ]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toBe(first.stdout);
    const document = JSON.parse(first.stdout) as { openapi: string; paths: Record<string, object> };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/v1/auth/login');
  });

  it('refuses to make demonstration users in production', async () => {
    const { code, stdout, stderr } = await cli(['seed'], configuration());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('This is production: demonstration users are made only with --force\n');
  });

  it.each([
    ['seed', ['seed'], /^(demo\.[\w-]+, [\w -]+, password \S+\n){4}$/],
    ['keys rotate', ['keys', 'rotate'], /^(\S+ {2}ES256 {2}\w+ +made \S+\n)+$/],
  ])(
    'writes the results of %s, and nothing else, to standard output; what it logs to standard error',
    async (_, args, results) => {
      const own = await createTestDatabase();
      // Where nobody listens, which is worth a warning.
      const env = {
        ...configuration(),
        DB_URL: own.url,
        NODE_ENV: 'development',
        REDIS_URL: 'redis://127.0.0.1:1',
      };
      const { code, stdout, stderr } = await cli(args, env);
      await own.drop();
      expect(code).toBe(0);
      expect(stdout).toMatch(results);
      const logged = stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { level: string });
      expect(logged).toContainEqual(expect.objectContaining({ level: 'warn' }));
    },
  );

  it('makes a user for each built-in role once, whose printed passwords work and whose making is in the trail', async () => {
    const env = { ...configuration(), NODE_ENV: 'development' };
    const first = await cli(['seed'], env);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const passwords = new Map(
      [...first.stdout.matchAll(/^(demo\.[\w-]+), [\w -]+, password (\S+)$/gm)].map(([, name, password]) => [
        name ?? '',
        password ?? '',
      ]),
    );
    expect([...passwords.keys()]).toEqual([
      'demo.administrator',
      'demo.user-manager',
      'demo.auditor',
      'demo.user',
    ]);
    const again = await cli(['seed'], env);
    expect(again.code).toBe(0);
    expect(again.stdout).toBe([...passwords.keys()].map((name) => `${name} exists already\n`).join(''));

    const service = await startService(database.url);
    const { api } = service;
    try {
      const permissionsOf = async (name: string): Promise<string[]> => {
        const { accessToken: token } = await api.signIn(name, passwords.get(name) ?? '');
        return (await api.get('/v1/auth/me', { token })).body.permissions as string[];
      };
      expect(await permissionsOf('demo.user')).toEqual([]);
      expect(await permissionsOf('demo.auditor')).toContain('audit:read');
      expect(await permissionsOf('demo.user-manager')).toContain('users:disable');
      const { accessToken: token } = await api.signIn(
        'demo.administrator',
        passwords.get('demo.administrator') ?? '',
      );
      const trail = async (action: string): Promise<unknown[]> =>
        (await api.get(`/v1/audit/events?action=${action}`, { token })).body.items as unknown[];
      expect(await trail('user.created')).toHaveLength(5);
      expect(await trail('assignment.created')).toHaveLength(4);
    } finally {
      await service.stop();
    }
  });
});
