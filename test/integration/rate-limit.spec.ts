import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Client } from 'pg';
import { RateLimit } from '../../src/common/access';
import { authConfig } from '../../src/config/auth.config';
import { databaseConfig } from '../../src/config/database.config';
import { redisConfig } from '../../src/config/redis.config';
import { secretsConfig } from '../../src/config/secrets.config';
import { CryptoModule } from '../../src/infrastructure/crypto';
import { DatabaseModule } from '../../src/infrastructure/database';
import { RateLimitGuard, RateLimitModule } from '../../src/infrastructure/rate-limit';
import { RedisModule } from '../../src/infrastructure/redis';
import { RequestContextModule } from '../../src/infrastructure/request-context';
import { createTestDatabase, type TestDatabase } from '../support/database';

@Controller('probe')
class ProbeController {
  @Post('login')
  @HttpCode(200)
  @RateLimit('login')
  login(): { ok: boolean } {
    return { ok: true };
  }

  @Get('free')
  free(): { ok: boolean } {
    return { ok: true };
  }
}

describe('rate limits without Redis', () => {
  let db: TestDatabase;
  let first: NestFastifyApplication;
  let second: NestFastifyApplication;

  const start = async (): Promise<NestFastifyApplication> => {
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({ ignoreEnvFile: true }),
        RequestContextModule,
        DatabaseModule,
        CryptoModule,
        RedisModule,
        RateLimitModule,
      ],
      controllers: [ProbeController],
      providers: [{ provide: APP_GUARD, useExisting: RateLimitGuard }],
    })
      .overrideProvider(databaseConfig.KEY)
      .useValue({ server: { kind: 'outside', url: db.url, migrationUrl: db.url }, poolSize: 4 })
      .overrideProvider(authConfig.KEY)
      .useValue({
        workers: 1,
        passwordHash: { memoryKib: 19_456, iterations: 2 },
        rateLimits: {
          loginPerAddress: 100,
          loginPerName: 6,
          refreshPerAddress: 100,
          mfaPerAddress: 100,
          mfaPerChallenge: 10,
          forgotPerMailbox: 5,
          forgotPerAddress: 100,
          ssoStartPerAddress: 100,
        },
      })
      .overrideProvider(secretsConfig.KEY)
      .useValue({ rootSecrets: ['a root secret that is used for tests only'] })
      .overrideProvider(redisConfig.KEY)
      .useValue({ url: undefined })
      .compile();
    const application = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
      logger: false,
    });
    await application.init();
    return application;
  };

  beforeAll(async () => {
    db = await createTestDatabase();
    [first, second] = await Promise.all([start(), start()]);
  });

  afterAll(async () => {
    await Promise.all([first.close(), second.close()]);
    await db.drop();
  });

  const login = (application: NestFastifyApplication, username: string) =>
    application.inject({ method: 'POST', url: '/probe/login', payload: { username } });

  it('hold for all processes together, also for calls at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, call) => login(call % 2 === 0 ? first : second, 'ada')),
    );

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(6);
    expect((await login(second, 'ADA')).headers).toMatchObject({
      'ratelimit-limit': '6',
      'ratelimit-remaining': '0',
    });
  });

  it('cost a route that has none no row and no header', async () => {
    const client = new Client({ connectionString: db.url });
    await client.connect();
    const count = async (): Promise<unknown> =>
      (await client.query('SELECT sum(hits) FROM rate_limits')).rows;
    const before = await count();

    const { headers } = await first.inject('/probe/free');

    expect(Object.keys(headers).filter((name) => name.startsWith('ratelimit'))).toEqual([]);
    expect(await count()).toEqual(before);
    await client.end();
  });
});
