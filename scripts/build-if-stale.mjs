// Builds when dist/ is not what the sources would give: `npm ci` does not build, and a pull changes sources only.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CONFIGURATION = [
  '.swcrc',
  'nest-cli.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

/** -Infinity, older than anything, for what is not there. */
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

const sources = ['src', 'migrations'].flatMap(filesIn).filter((file) => /(?<!\.spec|\.d)\.ts$/.test(file));
const outputs = filesIn('dist').filter((file) => file.endsWith('.js'));
const builtAt = Math.min(...outputs.map(changedAt));

const isStale =
  // A source that was deleted leaves an output too many, which a glob (migrations) would still load.
  outputs.length !== sources.length ||
  sources.some((source) => changedAt(join('dist', source.replace(/\.ts$/, '.js'))) < changedAt(source)) ||
  CONFIGURATION.some((file) => changedAt(file) > builtAt);

if (isStale) {
  const { status } = spawnSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
