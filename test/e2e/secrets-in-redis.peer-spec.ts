import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createTestDatabase } from '../support/database';
import { MailTrap } from '../support/mail-trap';
import { startRedis } from '../support/redis';
import { SECRET_RUN_ENV, toldIn, useEverySecret } from '../support/secret-run';
import { startService } from '../support/service';

it('L: a run by way of every secret there is sends none of them to Redis, as a key, a value or a hint', async () => {
  const redis = await startRedis();
  const monitor = spawn('redis-cli', ['-p', String(redis.port), 'monitor']);
  let commands = '';
  monitor.stdout.on('data', (chunk: Buffer) => (commands += chunk.toString()));
  await once(monitor.stdout, 'data');
  const database = await createTestDatabase();
  const trap = await MailTrap.start();
  const service = await startService(database.url, {
    ...trap.env,
    ...SECRET_RUN_ENV,
    REDIS_URL: redis.url,
  });
  try {
    const { secrets } = await useEverySecret(service, trap);
    expect(commands.split('\n').length).toBeGreaterThan(20);
    expect(toldIn(commands, secrets)).toEqual([]);
    expect(toldIn(service.output(), secrets)).toEqual([]);
  } finally {
    await service.stop();
    monitor.kill();
    await Promise.all([redis.stop(), trap.stop(), database.drop()]);
  }
});
