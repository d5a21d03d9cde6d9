import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

describe('scripts/check-versions.mjs', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portcullis-versions-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function check(packages: Record<string, { name?: string; version: string }>): {
    code: number | null;
    lines: string[];
  } {
    const lockFile = join(folder, 'package-lock.json');
    writeFileSync(lockFile, JSON.stringify({ packages: { '': { version: '0.0.0' }, ...packages } }));
    const { status, stderr } = spawnSync(process.execPath, ['scripts/check-versions.mjs', lockFile], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return { code: status, lines: stderr.split('\n').filter((line) => line !== '') };
  }

  it('accepts the packages of this project', () => {
    const { status } = spawnSync(process.execPath, ['scripts/check-versions.mjs'], { cwd: ROOT });

    expect(status).toBe(0);
  });

  it.each([
    ['jsonwebtoken', '9.0.0'],
    ['jsonwebtoken', '10.0.0'],
    ['typeorm', '0.3.31'],
    ['typeorm', '1.1.0'],
    ['typeorm', '1.10.0'],
    ['left-pad', '0.0.1'],
  ])('accepts %s %s', (name, version) => {
    expect(check({ [`node_modules/${name}`]: { version } })).toEqual({ code: 0, lines: [] });
  });

  it.each([
    ['jsonwebtoken', '8.5.1'],
    ['jsonwebtoken', '9.0.0-rc.1'],
    ['typeorm', '0.3.30'],
    ['typeorm', '1.0.0'],
    ['@nestjs/platform-fastify', '11.1.24'],
    ['@node-saml/node-saml', '5.0.1'],
    ['xml-crypto', '6.0.0'],
  ])('refuses %s %s', (name, version) => {
    const { code, lines } = check({ [`node_modules/${name}`]: { version } });

    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringContaining(`${name} ${version} is not safe`)]);
  });

  it.each(['passport-saml', 'passport-wsfed-saml2', 'node-jose'])(
    'refuses %s whatever its version',
    (name) => {
      expect(check({ [`node_modules/${name}`]: { version: '99.0.0' } }).code).toBe(1);
    },
  );

  it('finds what is nested or aliased, and says a line for each', () => {
    const { code, lines } = check({
      'node_modules/a/node_modules/passport': { version: '0.5.3' },
      'node_modules/harmless': { name: 'node-jose', version: '2.2.0' },
    });

    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^passport 0\.5\.3/),
      expect.stringMatching(/^node-jose is banned/),
    ]);
  });
});
