import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { runCli, type CliOutcome } from '../support/cli';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

const OURS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;
const LONG = `${'as long as anybody ever typed it '.repeat(3)}end`;

describe('users who bring their passwords', () => {
  let services: TwoServices;
  let folder: string;

  beforeAll(async () => {
    services = await startTwoServices({ FAILED_ATTEMPTS_LIMIT: '100' });
    folder = await mkdtemp(join(tmpdir(), 'portcullis-users-'));
  });

  afterAll(async () => {
    await services.stop();
    await rm(folder, { recursive: true });
  });

  const importLines = async (...lines: readonly (object | string)[]): Promise<CliOutcome> => {
    const file = join(folder, 'users.ndjson');
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    await writeFile(file, `${text}\n`);
    return runCli(services.url, ['import', 'users', file]);
  };

  const accountOf = (username: string, passwordHash?: string): object => ({
    username,
    email: `${username}@example.com`,
    displayName: username,
    ...(passwordHash !== undefined && { passwordHash }),
  });

  const digestOf = async (username: string): Promise<{ digest: string; scheme: string | null }> => {
    const rows = await services.sql<{ digest: string; scheme: string | null }>(
      'SELECT password_hash AS digest, password_scheme AS scheme FROM users WHERE username = $1',
      [username],
    );
    return rows[0]!;
  };

  it('sign in with bcrypt and Argon2 digests, which are ours after the first success', async () => {
    const withPrefix = async (prefix: string): Promise<string> =>
      (await bcrypt(PASSWORD, 5)).replace(/^\$2.\$/, `$${prefix}$`);
    // d, i and id.
    const argon2By = (algorithm: 0 | 1 | 2): Promise<string> =>
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum does not survive isolated compilation
      argon2(PASSWORD, { algorithm, memoryCost: 4_096, timeCost: 3, parallelism: 2 });
    const digests = {
      'from-2a': await withPrefix('2a'),
      'from-2b': await withPrefix('2b'),
      'from-2y': await withPrefix('2y'),
      'from-argon2d': await argon2By(0),
      'from-argon2i': await argon2By(1),
      'from-argon2id': await argon2By(2),
    };
    const outcome = await importLines(
      ...Object.entries(digests).map(([username, digest]) => accountOf(username, digest)),
    );
    expect(outcome).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('6 users imported; 0 left out'),
    });

    for (const [username, digest] of Object.entries(digests)) {
      expect((await services.first.api.login(username, `${PASSWORD}x`)).status).toBe(401);
      expect((await digestOf(username)).digest).toBe(digest);
      expect((await services.first.api.login(username, PASSWORD)).status).toBe(200);
      expect(await digestOf(username)).toEqual({ digest: expect.stringMatching(OURS), scheme: null });
      expect((await services.second.api.login(username, PASSWORD)).status).toBe(200);
      expect((await services.second.api.login(username, `${PASSWORD} `)).status).toBe(401);
    }
  });

  it('are compared whole: past the 72 bytes that bcrypt reads, no password is right', async () => {
    await importLines(accountOf('seventy-three', await bcrypt(LONG, 5)));

    expect((await services.first.api.login('seventy-three', LONG)).status).toBe(401);
    expect((await services.first.api.login('seventy-three', `${LONG}x`)).status).toBe(401);
    expect((await services.first.api.login('seventy-three', LONG.slice(0, 72))).status).toBe(200);
  });

  it('are invited without a digest, and left alone where they are there already', async () => {
    const user = await services.aUser();
    const before = await digestOf(user.username);

    const outcome = await importLines(
      accountOf('digestless'),
      accountOf(user.username, await bcrypt('x', 4)),
    );

    expect(outcome.stdout).toContain('1 users imported; 1 left out');
    expect(await digestOf(user.username)).toEqual(before);
    const [row] = await services.sql<{ status: string }>(
      `SELECT status FROM users WHERE username = 'digestless'`,
    );
    expect(row?.status).toBe('invited');
  });

  it('are refused whole where a line is none, or its digest too dear, and nothing of it is told', async () => {
    const dear = (await bcrypt(PASSWORD, 4)).replace('$04$', '$13$');
    const bad = ['{"username": "broken", "passwordHash": "$2b$10$secret', accountOf('too-dear', dear)];
    for (const line of bad) {
      const { exitCode, stdout, stderr } = await importLines(accountOf('before-the-bad'), line);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('Line 2 is no account');
      expect(stdout + stderr).not.toMatch(/\$2|secret/);
    }
    expect(await services.sql(`SELECT 1 FROM users WHERE username = 'before-the-bad'`)).toHaveLength(0);
  });
});
