import { connect } from 'node:net';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { ApiContract, UuidParam } from '../../../src/common/http';
import { DomainError } from '../../../src/common/errors';
import type { appConfig } from '../../../src/config/app.config';
import { createHttpAdapter, ProblemFilter, ValidationPipe } from '../../../src/infrastructure/http';
import { RequestContext, RequestContextModule } from '../../../src/infrastructure/request-context';

type AppConfig = ReturnType<typeof appConfig>;

export const DEFAULTS: AppConfig = {
  mode: 'development',
  host: '127.0.0.1',
  port: 0,
  publicUrl: undefined,
  baseUrl: 'http://localhost',
  workers: 1,
  logLevel: 'silent',
  trustedProxies: [],
  corsAllowedOrigins: [],
  docsEnabled: false,
};

export const EchoBody = z
  .strictObject({
    name: z.string().max(20),
    nested: z.array(z.strictObject({ 'a/b': z.number() })).optional(),
  })
  .meta({ id: 'EchoBody', examples: [{ name: 'Ada' }] });
type EchoBody = z.infer<typeof EchoBody>;

const AnythingBody = z.unknown().meta({ id: 'AnythingBody' });
const FindQuery = z
  .strictObject({ limit: z.coerce.number().int().max(10).default(5) })
  .meta({ id: 'FindQuery' });
type FindQuery = z.infer<typeof FindQuery>;

const FAILURES: Readonly<Record<string, () => Error>> = {
  bug: () => new TypeError('SELECT secret FROM users at /srv/app.js'),
  database: () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
  expired: () => new DomainError('AUTH.TOKEN_EXPIRED'),
  missing: () => new DomainError('AUTH.TOKEN_MISSING'),
  credentials: () => new DomainError('AUTH.INVALID_CREDENTIALS'),
  limited: () => new DomainError('AUTH.RATE_LIMITED', { retryAfterSeconds: 7 }),
  extended: () => new DomainError('SERVICE.UNAVAILABLE', { extensions: { status: 200, since: 'now' } }),
};

@Controller('things')
class ThingsController {
  constructor(private readonly requests: RequestContext) {}

  @Get()
  @ApiContract({ summary: 'Find things' })
  find(@Query({ schema: FindQuery }) query: FindQuery): FindQuery {
    return query;
  }

  @Get('context')
  context(): object {
    return { requestId: this.requests.requestId, ip: this.requests.ip };
  }

  @Get('slow')
  async slow(): Promise<object> {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { done: true };
  }

  @Get('fail/:how')
  fail(@Param('how') how: string): never {
    throw FAILURES[how]?.() ?? new Error('no such failure');
  }

  @Get(':id')
  read(@UuidParam('id') id: string): object {
    return { id };
  }

  @Post()
  @HttpCode(200)
  echo(@Body({ schema: EchoBody }) body: EchoBody): EchoBody {
    return body;
  }

  @Post('anything')
  @HttpCode(200)
  anything(@Body({ schema: AnythingBody }) body: unknown): object {
    return { body: body ?? null };
  }
}

@Module({
  imports: [RequestContextModule],
  controllers: [ThingsController],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: ValidationPipe },
  ],
})
class ThingsModule {}

/** A small application on our adapter, listening on a free port. */
export class HttpHarness {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly baseUrl: string,
  ) {}

  static async start(config: Partial<AppConfig> = {}): Promise<HttpHarness> {
    const app = await NestFactory.create<NestFastifyApplication>(
      ThingsModule,
      createHttpAdapter({ ...DEFAULTS, ...config }),
      { logger: false, bodyParser: false, abortOnError: false },
    );
    await app.listen(0, '127.0.0.1');
    return new HttpHarness(app, await app.getUrl());
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.baseUrl + path, init);
  }

  post(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** Sends bytes as they are, and gives back all that came until the server closed the connection. */
  raw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(this.baseUrl).port), '127.0.0.1', () => socket.write(bytes));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }
}
