import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type Repository,
} from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { AsyncScope } from '../async-scope';
import { CommittedRefusal } from './committed-refusal';
import { isTransient } from './database-errors';
import { whenReachableAtStart } from './reachability';

/** A statement that PostgreSQL parses and plans once a connection. The name is unique in the code base. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Connections of the pool, and callers that wait for one. */
export interface PoolLoad {
  readonly max: number;
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

const MAX_ATTEMPTS = 3;

type Effect = () => Promise<void>;
type Write<Row> = (rows: readonly Row[]) => Promise<unknown>;

interface Transaction {
  readonly manager: EntityManager;
  /** What is to be written as the last thing that it does. */
  readonly rows: Map<Write<never>, unknown[]>;
  /** What is to happen once it has committed. */
  readonly effects: Effect[];
}

/**
 * The one way to the database. What runs inside {@link transaction} shares its connection, whoever calls it;
 * outside, each statement is a transaction of its own.
 */
@Injectable()
export class Database {
  private readonly pool: Pool;
  private readonly transactions = new AsyncScope<Transaction>();

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {
    this.pool = (this.dataSource.driver as PostgresDriver).master as Pool;
  }

  get load(): PoolLoad {
    const { options, totalCount, idleCount, waitingCount } = this.pool;
    return { max: options.max, total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  isInTransaction(): boolean {
    return this.transactions.value !== undefined;
  }

  /**
   * Runs `work` in a transaction, or in the caller's. An outermost transaction that loses a deadlock or a
   * serialization race is tried again, so `work` must have no effect but on the database. Whatever it throws undoes
   * it, but for a {@link CommittedRefusal}.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.isInTransaction()) return work();
    const { result, effects } = await whenReachableAtStart(() =>
      this.commit(() => work().catch(keepCommitted)),
    );
    // Outside the retries: whatever an effect throws, the transaction has happened.
    for (const effect of effects) await effect();
    if (result instanceof CommittedRefusal) throw result.refusal;
    return result;
  }

  /** Hands `row` to `write`, together with all of the current transaction's, as the last thing that it does. */
  beforeCommit<Row>(write: Write<Row>, row: Row): void {
    const transaction = this.transactions.value;
    if (transaction === undefined) throw new Error('There is no transaction to write the row with');
    const rows = transaction.rows.get(write);
    if (rows === undefined) transaction.rows.set(write, [row]);
    else rows.push(row);
  }

  /**
   * Runs `effect` once the current transaction has committed and before its caller goes on; at once where
   * there is none.
   */
  async afterCommit(effect: Effect): Promise<void> {
    const transaction = this.transactions.value;
    if (transaction === undefined) await effect();
    else transaction.effects.push(effect);
  }

  /** The rows of a prepared statement, on the current transaction's connection. */
  async query<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.execute<Row>(statement, values)).rows;
  }

  /** How many rows a prepared statement changed. */
  async change(statement: Statement, values: readonly unknown[] = []): Promise<number> {
    return (await this.execute(statement, values)).rowCount ?? 0;
  }

  /** The repository of `entity`, bound to the current transaction. */
  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return (this.transactions.value ?? this.dataSource).manager.getRepository(entity);
  }

  private async execute<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    // TypeORM's own query() sends unnamed statements, which are parsed and planned every time.
    const queryRunner = this.transactions.value?.manager.queryRunner;
    const prepared = { ...statement, values: [...values] };
    if (queryRunner === undefined)
      return whenReachableAtStart(() => untilWon(() => this.pool.query<Row>(prepared)));
    return ((await queryRunner.connect()) as PoolClient).query<Row>(prepared);
  }

  private commit<T>(work: () => Promise<T>): Promise<{ result: T; effects: Effect[] }> {
    return untilWon(async () => {
      const rows: Transaction['rows'] = new Map();
      const effects: Effect[] = [];
      const result = await this.dataSource.transaction((manager) =>
        this.transactions.run({ manager, rows, effects }, async () => {
          const answer = await work();
          for (const [write, written] of rows) await write(written as never[]);
          return answer;
        }),
      );
      return { result, effects };
    });
  }
}

/** Whoever loses a deadlock or a serialization race has changed nothing, so a few attempts are worth it. */
async function untilWon<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= MAX_ATTEMPTS || !isTransient(error)) throw error;
      await sleep(Math.random() * 20 * count);
    }
  }
}

function keepCommitted(error: unknown): CommittedRefusal {
  if (error instanceof CommittedRefusal) return error;
  throw error;
}
