import { setImmediate as turn } from 'node:timers/promises';
import { Controller, Get, Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyRequest } from 'fastify';
import { Public, RequirePermission, type Principal } from '../../../src/common/access';
import { OnDomainEvent, type DomainEvent, type EventContext } from '../../../src/common/events';
import { Synchronous } from '../../../src/common/http';
import { databaseConfig } from '../../../src/config/database.config';
import { Database, DatabaseModule } from '../../../src/infrastructure/database';
import { EventsModule } from '../../../src/infrastructure/events';
import { createHttpAdapter, ProblemFilter } from '../../../src/infrastructure/http';
import { RequestContext, RequestContextModule } from '../../../src/infrastructure/request-context';
import { AccessRefusals, AccessService, PermissionsGuard } from '../../../src/modules/rbac';
import { createTestDatabase } from '../../support/database';
import { DEFAULTS } from './http-harness';

const TRANSACTION_ID = { name: 'test-xid', text: 'SELECT pg_current_xact_id()::text AS id' };
const STEPS = 4;

interface Seen {
  readonly requestIds: (string | null)[];
  readonly subjects: (string | null)[];
  readonly transactions: string[];
  readonly isInTransaction: boolean;
}

/** Takes the word of a header for who is asking. */
@Injectable()
class HeaderAuthentication implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.principal = {
      subject: request.headers['x-subject'],
      subjectType: 'user',
    } as unknown as Principal;
    return true;
  }
}

@Injectable()
class Trail {
  readonly entries: { readonly name: string; readonly context: EventContext }[] = [];

  @OnDomainEvent()
  async write({ name }: DomainEvent, context: EventContext): Promise<void> {
    await turn();
    this.entries.push({ name, context });
  }
}

@Controller()
class WorkController {
  constructor(
    private readonly requests: RequestContext,
    private readonly database: Database,
  ) {}

  @Get('plain')
  @Public()
  plain(): Promise<Seen> {
    return this.look();
  }

  @Get('transaction')
  @Public()
  transaction(): Promise<Seen> {
    return this.database.transaction(() => this.look());
  }

  @Get('synchronous')
  @Public()
  @Synchronous()
  synchronous(): Seen {
    return { ...this.now(), transactions: [] };
  }

  @Get('denied')
  @Synchronous()
  @RequirePermission('roles:read')
  denied(): string {
    return 'not reached';
  }

  private async look(): Promise<Seen> {
    const seen: Seen[] = [];
    for (let step = 0; step < STEPS; step++) {
      await turn();
      const rows = await this.database.query<{ id: string }>(TRANSACTION_ID);
      seen.push({ ...this.now(), transactions: rows.map(({ id }) => id) });
    }
    return {
      requestIds: seen.flatMap(({ requestIds }) => requestIds),
      subjects: seen.flatMap(({ subjects }) => subjects),
      transactions: seen.flatMap(({ transactions }) => transactions),
      isInTransaction: this.database.isInTransaction(),
    };
  }

  private now(): Omit<Seen, 'transactions'> {
    return {
      requestIds: [this.requests.requestId],
      subjects: [this.requests.principal?.subject ?? null],
      isInTransaction: this.database.isInTransaction(),
    };
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ ignoreEnvFile: true }),
    RequestContextModule,
    DatabaseModule,
    EventsModule,
  ],
  controllers: [WorkController],
  providers: [
    Trail,
    { provide: AccessService, useValue: { decide: () => ({ allowed: false, basis: 'no_grant' }) } },
    AccessRefusals,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useClass: HeaderAuthentication },
    { provide: APP_GUARD, useClass: PermissionsGuard },
  ],
})
class WorkModule {}

describe('requests that interleave', () => {
  let app: NestFastifyApplication;
  let baseUrl: string;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const created = await createTestDatabase();
    drop = () => created.drop();
    const { url } = created;
    const module = await Test.createTestingModule({ imports: [WorkModule] })
      .overrideProvider(databaseConfig.KEY)
      .useValue({ server: { kind: 'outside', url, migrationUrl: url }, poolSize: 4 })
      .compile();
    app = module.createNestApplication(createHttpAdapter(DEFAULTS), { logger: false, bodyParser: false });
    await app.listen(0, '127.0.0.1');
    baseUrl = await app.getUrl();
  });

  afterAll(async () => {
    await app.close();
    await drop();
  });

  const get = async (route: string, subject: string) => {
    const answer = await fetch(`${baseUrl}/${route}`, { headers: { 'x-subject': subject } });
    return { route, subject, id: answer.headers.get('x-request-id'), body: (await answer.json()) as Seen };
  };

  /** All at once, and one after the other: the storage of the context goes on and off meanwhile. */
  const ask = async (routes: readonly string[], times: number) => {
    const asked = Array.from({ length: times }, (_, index) => routes[index % routes.length] ?? '');
    const burst = await Promise.all(asked.map((route, index) => get(route, `burst-${index}`)));
    const single = [];
    for (const [index, route] of asked.slice(0, 12).entries())
      single.push(await get(route, `single-${index}`));
    return [...burst, ...single];
  };

  it('never see the context or the transaction of one another', async () => {
    const answers = await ask(['plain', 'transaction', 'synchronous'], 90);

    const transactions = new Map<string, string | null>();
    for (const { route, id, subject, body } of answers) {
      const isTracked = route !== 'synchronous';
      expect(body.isInTransaction).toBe(route === 'transaction');
      expect(new Set(body.requestIds)).toEqual(new Set([isTracked ? id : null]));
      expect(new Set(body.subjects)).toEqual(new Set([isTracked ? subject : null]));
      expect(new Set(body.transactions).size).toBe({ plain: STEPS, transaction: 1, synchronous: 0 }[route]);
      for (const transaction of body.transactions) {
        expect(transactions.get(transaction) ?? id).toBe(id);
        transactions.set(transaction, id);
      }
    }
  });

  it('are each denied in their own name, also on a synchronous route', async () => {
    const answers = await ask(['denied', 'plain', 'synchronous'], 60);

    const { entries } = app.get(Trail);
    const denied = answers.filter(({ route }) => route === 'denied');
    expect(entries.map(({ name }) => name)).toEqual(denied.map(() => 'access.denied'));
    const told = entries.map(({ context: { requestId, ip, actor } }) => [requestId, ip, actor.id]);
    expect(told.sort()).toEqual(denied.map(({ id, subject }) => [id, '127.0.0.1', subject]).sort());
  });
});
