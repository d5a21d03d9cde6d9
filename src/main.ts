import 'reflect-metadata';
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { appConfig } from './config/app.config';
import { makeThreadPoolYield } from './infrastructure/thread-pool';
import { serve } from './serve';
import { supervise } from './supervise';

async function main(): Promise<void> {
  // Hashing fills the pool's threads; more of them than cores would only make every hash slower.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
  await makeThreadPoolYield();
  const config = appConfig();
  await (cluster.isPrimary && config.workers > 1 ? supervise(config) : serve(config));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
