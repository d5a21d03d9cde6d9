import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS, ROOT } from './paths';
import { progress } from './progress';

/** Peers are large and only the benchmarks need them: they are installed when one is first asked for. */
export function installPeers(): void {
  const installedAt = writtenAt('node_modules/.package-lock.json');
  if (installedAt > writtenAt('package-lock.json')) return;
  progress('Installing the peers: npm ci --prefix bench/peers');
  const { status } = spawnSync('npm', ['ci', '--prefix', 'bench/peers', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) throw new Error('The peers could not be installed');
}

function writtenAt(path: string): number {
  return statSync(join(PEERS, path), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}
