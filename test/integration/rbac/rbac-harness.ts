import { Global, Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { AssurancePolicy, definePermissions, SubjectDirectory } from '../../../src/common/access';
import {
  OnDomainEvent,
  type DomainEvent,
  type EventContext,
  type EventName,
} from '../../../src/common/events';
import { appConfig } from '../../../src/config/app.config';
import { authConfig } from '../../../src/config/auth.config';
import { databaseConfig } from '../../../src/config/database.config';
import { redisConfig } from '../../../src/config/redis.config';
import { secretsConfig } from '../../../src/config/secrets.config';
import { ChangeFeedModule } from '../../../src/infrastructure/change-feed';
import { Clock, ClockModule } from '../../../src/infrastructure/clock';
import { CryptoModule } from '../../../src/infrastructure/crypto';
import { Database, DatabaseModule } from '../../../src/infrastructure/database';
import { EventsModule } from '../../../src/infrastructure/events';
import { carryContext, ProblemFilter, ValidationPipe } from '../../../src/infrastructure/http';
import { PaginationModule } from '../../../src/infrastructure/pagination';
import { RedisModule } from '../../../src/infrastructure/redis';
import { RequestContextModule } from '../../../src/infrastructure/request-context';
import { AccessService, PermissionsGuard, PolicyService, RbacModule } from '../../../src/modules/rbac';

// An application built on the service brings permissions of its own.
definePermissions('catalog', {
  'catalog:read': { description: 'Read the catalog', risk: 'low' },
  'catalog.table:read': { description: 'Read tables', risk: 'low' },
  'catalog.table:write': { description: 'Write tables', risk: 'high' },
});

const CONFIGURATION = {
  [appConfig.KEY]: { publicUrl: 'https://id.example.com' },
  [redisConfig.KEY]: { url: undefined },
  [secretsConfig.KEY]: { rootSecrets: ['kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u'] },
  [authConfig.KEY]: { passwordHash: { memoryKib: 19_456, iterations: 2 } },
};

/** Takes the word of a header for who is asking. */
@Injectable()
class HeaderAuthentication implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.principal = {
      subject: String(request.headers['x-subject']),
      subjectType: 'user',
      sessionId: uuidv7(),
      authTime: 0,
      amr: ['pwd'],
      acr: 'aal1',
    };
    return true;
  }
}

@Injectable()
class Trail {
  readonly entries: { readonly event: DomainEvent; readonly context: EventContext }[] = [];

  @OnDomainEvent()
  write(event: DomainEvent, context: EventContext): Promise<void> {
    this.entries.push({ event, context });
    return Promise.resolve();
  }
}

const NOBODY: SubjectDirectory = {
  findUserIds: () => Promise.resolve(new Map()),
  findUsernames: () => Promise.resolve(new Map()),
};

/** Everybody here proved just now who they are. */
const FRESH: AssurancePolicy = { require: () => Promise.resolve() };

/** Who has which name, and when they proved it, is not known here. */
@Global()
@Module({
  providers: [
    { provide: SubjectDirectory, useValue: NOBODY },
    { provide: AssurancePolicy, useValue: FRESH },
  ],
  exports: [SubjectDirectory, AssurancePolicy],
})
class NamelessModule {}

@Module({
  imports: [
    NamelessModule,
    ConfigModule.forRoot({ ignoreEnvFile: true, ignoreEnvVars: true }),
    RequestContextModule,
    ClockModule,
    CryptoModule,
    DatabaseModule,
    RedisModule,
    ChangeFeedModule,
    EventsModule,
    PaginationModule,
    RbacModule,
  ],
  providers: [
    Trail,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: ValidationPipe },
    { provide: APP_GUARD, useClass: HeaderAuthentication },
    { provide: APP_GUARD, useClass: PermissionsGuard },
  ],
})
class RbacApplication {}

export interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

/** One process of the service, as far as it concerns roles; others may share its database. */
export class RbacProcess {
  private constructor(private readonly application: NestFastifyApplication) {}

  /** By `clock` where there is one, else by that of PostgreSQL. */
  static async start(url: string, clock?: Clock): Promise<RbacProcess> {
    const builder = Test.createTestingModule({ imports: [RbacApplication] })
      .overrideProvider(databaseConfig.KEY)
      .useValue({ server: { kind: 'outside', url, migrationUrl: url }, poolSize: 10 });
    for (const [key, value] of Object.entries(CONFIGURATION)) builder.overrideProvider(key).useValue(value);
    if (clock !== undefined) builder.overrideProvider(Clock).useValue(clock);
    const module = await builder.compile();
    const application = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
      logger: false,
    });
    const instance = application.getHttpAdapter().getInstance();
    carryContext(instance);
    await application.init();
    await instance.ready();
    return new RbacProcess(application);
  }

  get database(): Database {
    return this.application.get(Database);
  }

  get policy(): PolicyService {
    return this.application.get(PolicyService);
  }

  get access(): AccessService {
    return this.application.get(AccessService);
  }

  get trail(): Trail['entries'] {
    return this.application.get(Trail).entries;
  }

  /** The events of one name, newest first. */
  eventsNamed(name: EventName): DomainEvent[] {
    return this.trail.flatMap(({ event }) => (event.name === name ? [event] : [])).reverse();
  }

  stop(): Promise<void> {
    return this.application.close();
  }

  as(subject: string) {
    const send = async (
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      url: string,
      payload?: object,
      ifMatch?: number,
    ) => {
      const headers = { 'x-subject': subject, ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }) };
      const answer = await this.application.inject({ method, url, headers, ...(payload && { payload }) });
      return {
        status: answer.statusCode,
        etag: answer.headers.etag,
        body: answer.body === '' ? null : answer.json(),
      } as Answer;
    };
    return {
      get: (url: string) => send('GET', url),
      post: (url: string, body: object) => send('POST', url, body),
      patch: (url: string, body: object, version?: number) => send('PATCH', url, body, version),
      delete: (url: string, version?: number) => send('DELETE', url, undefined, version),
    };
  }

  async createPrincipal({ active = true, type = 'user' } = {}): Promise<string> {
    const id = uuidv7();
    const statement = {
      name: 'test-insert-principal',
      text: 'INSERT INTO principals (id, type, active) VALUES ($1, $2, $3)',
    };
    await this.database.change(statement, [id, type, active]);
    return id;
  }

  async createAdministrator(): Promise<string> {
    const id = await this.createPrincipal();
    await this.policy.grantAdministrator(id);
    return id;
  }

  /** A principal that holds exactly `grants`, by a role of its own. */
  async createHolderOf(administrator: string, grants: readonly string[]): Promise<string> {
    const principal = await this.createPrincipal();
    const role = await this.createRole(administrator, { grants });
    await this.assign(administrator, principal, role.id);
    return principal;
  }

  async createRole(actor: string, role: object = {}): Promise<{ id: string; version: number; name: string }> {
    const { status, body } = await this.as(actor).post('/v1/roles', { name: `role ${uuidv7()}`, ...role });
    if (status !== 201) throw new Error(`The role was answered ${status} ${JSON.stringify(body)}`);
    return body as { id: string; version: number; name: string };
  }

  async assign(actor: string, principalId: string, roleId: string, effect = 'allow'): Promise<string> {
    const body = { principalType: 'user', principalId, roleId, effect };
    const answer = await this.as(actor).post('/v1/assignments', body);
    if (answer.status !== 201)
      throw new Error(`The assignment was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.id as string;
  }

  async may(principal: string, permission: string): Promise<boolean> {
    return (await this.access.decide({ subject: { type: 'user', id: principal }, permission })).allowed;
  }
}

export const ADMINISTRATOR = '00000000-0000-7000-8000-000000000001';
export const USER_MANAGER = '00000000-0000-7000-8000-000000000002';
export const AUDITOR = '00000000-0000-7000-8000-000000000003';
export const ROOT = '00000000-0000-7000-8000-000000000010';
