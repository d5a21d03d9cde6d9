import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, parseEnvironment } from './environment';

const SECRET = 'kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u';
const DB_URL = 'postgres://app:pw@db.internal/portcullis';

const problemsOf = (source: Record<string, string>): readonly string[] => {
  try {
    parseEnvironment(source);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

describe('the environment', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portcullis-config-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is development without a database and on loopback, with one secret for all starts', () => {
    const first = parseEnvironment({ DATA_DIR: folder });
    expect(first.mode).toBe('development');
    expect(parseEnvironment({ DATA_DIR: folder }).JWT_SECRET_KEY).toBe(first.JWT_SECRET_KEY);
  });

  it.each([
    ['a database', { DB_URL, JWT_SECRET_KEY: SECRET }],
    ['NODE_ENV', { NODE_ENV: 'production', DB_URL, JWT_SECRET_KEY: SECRET }],
  ])('is production with %s', (_, source) => {
    expect(parseEnvironment(source).mode).toBe('production');
  });

  it.each([
    ['the embedded server', { NODE_ENV: 'production', JWT_SECRET_KEY: SECRET }, 'DB_URL'],
    ['a host that others reach', { HOST: '0.0.0.0', JWT_SECRET_KEY: SECRET }, 'DB_URL'],
    ['no secret', { DB_URL }, 'JWT_SECRET_KEY'],
    ['a short secret', { DB_URL, JWT_SECRET_KEY: SECRET.slice(1) }, 'JWT_SECRET_KEY'],
    ['a repetitive secret', { DB_URL, JWT_SECRET_KEY: 'ab'.repeat(20) }, 'JWT_SECRET_KEY'],
    ['a placeholder', { DB_URL, JWT_SECRET_KEY: 'your-secret-key-change-in-production' }, 'JWT_SECRET_KEY'],
    [
      'equal secrets',
      { DB_URL, JWT_SECRET_KEY: SECRET, BOOTSTRAP_ADMIN_PASSWORD: SECRET },
      'BOOTSTRAP_ADMIN_PASSWORD',
    ],
    [
      'the same secret as before',
      { DB_URL, JWT_SECRET_KEY: SECRET, JWT_SECRET_KEY_PREVIOUS: SECRET },
      'JWT_SECRET_KEY_PREVIOUS',
    ],
    ['a proxy by name', { DB_URL, JWT_SECRET_KEY: SECRET, TRUSTED_PROXIES: '*' }, 'TRUSTED_PROXIES'],
    ['every origin', { DB_URL, JWT_SECRET_KEY: SECRET, CORS_ALLOWED_ORIGINS: '*' }, 'CORS_ALLOWED_ORIGINS'],
    [
      'an origin with a path',
      { DB_URL, JWT_SECRET_KEY: SECRET, CORS_ALLOWED_ORIGINS: 'https://app.example/' },
      'CORS_ALLOWED_ORIGINS',
    ],
    ['one secret for all', { DB_URL, JWT_SECRET_KEY: SECRET, METRICS_TOKEN: SECRET }, 'METRICS_TOKEN'],
    [
      'a secret of the past as a password',
      {
        DB_URL,
        JWT_SECRET_KEY: [...SECRET].reverse().join(''),
        JWT_SECRET_KEY_PREVIOUS: SECRET,
        BOOTSTRAP_ADMIN_PASSWORD: SECRET,
      },
      'BOOTSTRAP_ADMIN_PASSWORD',
    ],
    [
      'a relay whose URL switches encryption off',
      { DB_URL, JWT_SECRET_KEY: SECRET, SMTP_URL: 'smtp://mail.internal?ignoreTLS=true' },
      'SMTP_URL',
    ],
    [
      'a password that crosses the network in clear',
      { DB_URL, JWT_SECRET_KEY: SECRET, SMTP_URL: 'SMTP://us:pw@mail.internal', SMTP_REQUIRE_TLS: 'false' },
      'SMTP_REQUIRE_TLS',
    ],
    ['another database', { DB_URL: 'mysql://app:pw@db/x', JWT_SECRET_KEY: SECRET }, 'DB_URL'],
  ])('refuses %s in production', (_, source, variable) => {
    const problems = problemsOf(source);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${variable}: `));
  });

  it('names every problem at once and prints no value', () => {
    const problems = problemsOf({ PORT: 'hunter2', DB_URL: 'mysql://root:hunter2@db', LOG_LEVEL: 'hunter2' });
    expect(problems.map((problem) => problem.split(':', 1)[0])).toEqual(['PORT', 'LOG_LEVEL', 'DB_URL']);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('reads secrets from files, and refuses one that is given twice', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, `${SECRET}\n`);
    expect(parseEnvironment({ DB_URL, JWT_SECRET_KEY_FILE: file }).JWT_SECRET_KEY).toBe(SECRET);
    expect(problemsOf({ DB_URL, JWT_SECRET_KEY: SECRET, JWT_SECRET_KEY_FILE: file })).toHaveLength(1);
    expect(problemsOf({ DB_URL, JWT_SECRET_KEY_FILE: join(folder, 'absent') })[0]).toMatch(
      /^JWT_SECRET_KEY_FILE/,
    );
  });
});
