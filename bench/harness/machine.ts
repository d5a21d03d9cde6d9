import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '../options';
import { ROOT } from './paths';

const PACKAGES = ['@nestjs/core', 'fastify', 'typeorm', 'pg', '@node-rs/argon2', 'jsonwebtoken'];

/** What a figure means nothing without. */
export function machine({ name, rounds, warmMs, measureMs }: Profile): string {
  const load = loadavg()[0]!;
  return [
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.version}, ${PACKAGES.map((name) => `${name} ${versionOf(name)}`).join(', ')}`,
    `PostgreSQL embedded, durable commits; profile ${name}: ${rounds} rounds, ${warmMs} ms warm, ${measureMs} ms measured`,
    ...(load > 0.5
      ? [`The machine is not quiet (load ${load.toFixed(1)}): read ratios, and those with care`]
      : []),
    '',
  ].join('\n');
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
