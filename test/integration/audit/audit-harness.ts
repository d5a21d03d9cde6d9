import {
  Catch,
  Global,
  Module,
  StandardSchemaValidationPipe,
  type ArgumentsHost,
  type ExceptionFilter,
  type Type,
} from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../../src/common/access';
import { DomainError } from '../../../src/common/errors';
import {
  DomainEvent,
  EventPublisher,
  type EventName,
  type EventOutcome,
  type EventTarget,
} from '../../../src/common/events';
import { databaseConfig } from '../../../src/config/database.config';
import { ClockModule } from '../../../src/infrastructure/clock';
import { SecretBox } from '../../../src/infrastructure/crypto';
import { Database, DatabaseModule, OwnerDatabaseModule } from '../../../src/infrastructure/database';
import { EventsModule } from '../../../src/infrastructure/events';
import { carryContext } from '../../../src/infrastructure/http';
import { PaginationModule } from '../../../src/infrastructure/pagination';
import { RequestContext, RequestContextModule } from '../../../src/infrastructure/request-context';
import { Metrics } from '../../../src/infrastructure/metrics';
import {
  AuditModule,
  AuditRetentionModule,
  AuditRetentionService,
  AuditSealingModule,
} from '../../../src/modules/audit';
import { createTestDatabase } from '../../support/database';

/** What is measured, without the route that tells it. */
@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
class MeasuringModule {}

type Facts = Partial<Omit<DomainEvent, 'name'>> & { readonly name?: string };

/** A fact of any shape. */
export class TestEvent extends DomainEvent {
  readonly name = 'test.happened' as EventName;
  readonly target: EventTarget = { type: 'role', id: 'role-1' };
  override readonly outcome: EventOutcome = 'success';

  constructor(facts: Facts = {}) {
    super();
    Object.assign(this, facts);
  }
}

export interface Caller {
  readonly id?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly principal?: Principal;
}

/** What the tests look at in an answer. */
export interface AuditEvent {
  readonly id: string;
  readonly sequence: number | null;
  readonly at: string;
  readonly target: EventTarget;
  readonly requestId: string;
  readonly ip: string;
  readonly changes: unknown;
}

export interface AuditPage {
  readonly items: readonly AuditEvent[];
  readonly nextCursor: string | null;
}

export interface AuditService {
  readonly publisher: EventPublisher;
  readonly database: Database;
  /** Runs `work` as if a request of `caller` had caused it. */
  as<T>(caller: Caller, work: () => Promise<T>): Promise<T>;
  /** Asks as `auditor`. */
  get(path: string): Promise<{ status: number; body: unknown }>;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  /** The lines of an export. */
  export(query?: string): Promise<string[]>;
  list(query: string): Promise<AuditPage>;
  close(): Promise<void>;
}

export interface AuditDatabase {
  readonly url: string;
  /** Logged in as the owner. */
  readonly owner: Client;
  close(): Promise<void>;
}

export const auditor = aPrincipal();

export function aPrincipal(subject = uuidv7()): Principal {
  return { subject, subjectType: 'user', sessionId: uuidv7(), authTime: 0, amr: ['pwd'], acr: 'aal1' };
}

export async function openAuditDatabase(): Promise<AuditDatabase> {
  const database = await createTestDatabase();
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  return {
    url: database.url,
    owner,
    close: async () => {
      await owner.end();
      await database.drop();
    },
  };
}

@Global()
@Module({
  providers: [{ provide: SecretBox, useValue: new SecretBox(['a root secret']) }],
  exports: [SecretBox],
})
class SecretsModule {}

@Catch(DomainError)
class CodeFilter implements ExceptionFilter<DomainError> {
  catch(error: DomainError, host: ArgumentsHost): void {
    const status = { not_found: 404, malformed: 400, conflict: 409 }[error.kind as string] ?? 500;
    void host.switchToHttp().getResponse<FastifyReply>().code(status).send({ code: error.code });
  }
}

const SURROUNDINGS = [
  ConfigModule.forRoot({ ignoreEnvFile: true }),
  RequestContextModule,
  ClockModule,
  SecretsModule,
  EventsModule,
  PaginationModule,
];

function compile(url: string, imports: readonly Type[]): Promise<TestingModule> {
  return Test.createTestingModule({ imports: [...SURROUNDINGS, ...imports] })
    .overrideProvider(databaseConfig.KEY)
    .useValue({ server: { kind: 'outside', url, migrationUrl: url }, poolSize: 8 })
    .compile();
}

/** Runs `work` as the command line does that takes out what is over. */
export async function withRetention<T>(
  url: string,
  work: (retention: AuditRetentionService) => Promise<T>,
  { asService = false } = {},
): Promise<T> {
  const database = asService ? DatabaseModule : OwnerDatabaseModule;
  const module = await compile(url, [database, AuditRetentionModule]);
  await module.init();
  try {
    return await work(module.get(AuditRetentionService));
  } finally {
    await module.close();
  }
}

/** The audit module as one process of the service would run it, without the guards before it. */
export async function startAuditService(url: string, { seals = false } = {}): Promise<AuditService> {
  const sealing = seals ? [MeasuringModule, AuditSealingModule] : [];
  const module = await compile(url, [DatabaseModule, AuditModule, ...sealing]);
  const app = module.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ genReqId: () => uuidv7() }),
  );
  const context = app.get(RequestContext);
  app.useGlobalPipes(new StandardSchemaValidationPipe());
  app.useGlobalFilters(new CodeFilter());
  const instance = app.getHttpAdapter().getInstance();
  carryContext(instance);
  instance.addHook('onRequest', (request, _reply, next) => {
    request.principal = auditor;
    next();
  });
  await app.init();
  await instance.ready();
  const get = async (path: string): Promise<{ status: number; body: unknown }> => {
    const response = await app.inject({ method: 'GET', url: path });
    return { status: response.statusCode, body: response.json() };
  };
  return {
    publisher: app.get(EventPublisher),
    database: app.get(Database),
    as: (caller, work) => context.serve(requestOf(caller), work),
    get,
    post: async (path, body) => {
      const response = await app.inject({ method: 'POST', url: path, payload: body as object });
      return { status: response.statusCode, body: response.body === '' ? null : response.json() };
    },
    export: async (query = '') => {
      const { body } = await app.inject({ method: 'GET', url: `/v1/audit/export?${query}` });
      return body.trimEnd().split('\n');
    },
    list: async (query) => (await get(`/v1/audit/events?${query}`)).body as AuditPage,
    close: () => app.close(),
  };
}

function requestOf({
  id = uuidv7(),
  ip = '192.0.2.7',
  userAgent = 'test',
  principal,
}: Caller): FastifyRequest {
  return { id, ip, headers: { 'user-agent': userAgent }, principal } as unknown as FastifyRequest;
}
