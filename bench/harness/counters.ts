import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Bench } from './bench';

export interface Counts {
  readonly sqlStatements: number;
  readonly redisCommands: number;
}

/**
 * What one operation asks of PostgreSQL and Redis. What the service asks by itself (the change feed, mostly) is
 * taken away: it is counted while nothing else happens, for as long as the operations took.
 */
export async function countPerOperation(bench: Bench, operate: () => Promise<number>): Promise<Counts> {
  const redis = bench.redis === null ? null : new Redis(bench.redis.url);
  const read = async (): Promise<Counts> => ({
    sqlStatements: bench.postgres.countStatements(),
    redisCommands: redis === null ? 0 : commandsIn(await redis.info('stats')),
  });
  const startedAt = performance.now();
  const before = await read();
  const operations = await operate();
  const after = await read();
  await sleep(performance.now() - startedAt);
  const idle = await read();
  redis?.disconnect();
  const perOperation = (of: (counts: Counts) => number): number =>
    Math.max(0, Math.round((100 * (2 * of(after) - of(before) - of(idle))) / operations) / 100);
  return {
    sqlStatements: perOperation(({ sqlStatements }) => sqlStatements),
    redisCommands: perOperation(({ redisCommands }) => redisCommands),
  };
}

function commandsIn(stats: string): number {
  return Number(/^total_commands_processed:(\d+)/m.exec(stats)?.[1]);
}
