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

type PlainValue = string | number | boolean | Buffer | null;

/**
 * A statement that writes or deletes for any number of rows at once. Its values are such as the driver can send
 * whatever they are: what fails before it reaches PostgreSQL would not keep it from committing the rest.
 */
export interface BulkStatement<Row> extends Statement {
  readonly valuesOf: (rows: readonly Row[]) => readonly (PlainValue | readonly PlainValue[])[];
}

/** What TypeORM does outside of a transaction of its own, which would end ours. */
type Reader<Entity extends ObjectLiteral> = Pick<Repository<Entity>, 'find' | 'findOneBy'>;

/** Connections of the pool, and callers that wait for one. */
export interface PoolLoad {
  readonly max: number;
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

const MAX_ATTEMPTS = 3;

type Effect = () => Promise<void>;

interface Transaction {
  readonly client: PoolClient;
  readonly manager: EntityManager;
  /** What is to be written as the last thing that it does. */
  readonly rows: Map<BulkStatement<never>, unknown[]>;
  /** What is to happen once it has committed. */
  readonly effects: Effect[];
  /** Its connection is somebody else's, or about to be. */
  isOver: boolean;
}

/**
 * The one way to the database. What runs inside {@link transaction} shares its connection, whoever calls it;
 * outside, each statement is a transaction of its own. Statements that do not wait for each other travel together.
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

  /**
   * Runs `statement` as the last thing that the current transaction does, once for all rows that are handed to it; at
   * once where there is none.
   */
  async beforeCommit<Row>(statement: BulkStatement<Row>, row: Row): Promise<void> {
    const transaction = this.current();
    if (transaction === undefined) {
      await this.write(statement, [row]);
      return;
    }
    const rows = transaction.rows.get(statement);
    if (rows === undefined) transaction.rows.set(statement, [row]);
    else rows.push(row);
  }

  /**
   * Runs `effect` once the current transaction has committed and before its caller goes on; at once where
   * there is none.
   */
  async afterCommit(effect: Effect): Promise<void> {
    const transaction = this.current();
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

  /** How many rows a prepared statement changed for all of `rows`. */
  write<Row>(statement: BulkStatement<Row>, rows: readonly Row[]): Promise<number> {
    return this.change(statement, statement.valuesOf(rows));
  }

  /** Reads `entity`, in the current transaction. */
  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Reader<Entity> {
    return (this.current() ?? this.dataSource).manager.getRepository(entity);
  }

  /** @throws Error when it is over: what it leaves behind would be lost, or run on a connection that is others'. */
  private current(): Transaction | undefined {
    const transaction = this.transactions.value;
    if (transaction?.isOver === true) throw new Error('The transaction is over');
    return transaction;
  }

  private async execute<Row extends QueryResultRow>(
    { name, text }: Statement,
    values: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    // TypeORM's own query() sends unnamed statements, which are parsed and planned every time.
    const prepared = { name, text, values: [...values] };
    const transaction = this.current();
    if (transaction === undefined)
      return whenReachableAtStart(() => untilWon(() => this.pool.query<Row>(prepared)));
    return transaction.client.query<Row>(prepared);
  }

  private commit<T>(work: () => Promise<T>): Promise<{ result: T; effects: Effect[] }> {
    return untilWon(() => this.attempt(work));
  }

  private async attempt<T>(work: () => Promise<T>): Promise<{ result: T; effects: Effect[] }> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      const client = (await queryRunner.connect()) as PoolClient;
      const effects: Effect[] = [];
      const transaction = {
        client,
        manager: queryRunner.manager,
        rows: new Map<BulkStatement<never>, unknown[]>(),
        effects,
        isOver: false,
      };
      await client.query('BEGIN');
      try {
        const result = await this.transactions.run(transaction, work);
        await conclude(transaction);
        return { result, effects };
      } catch (error) {
        transaction.isOver = true;
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    } finally {
      await queryRunner.release();
    }
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

/** The last rows travel with the COMMIT: where PostgreSQL cannot write them, it makes a ROLLBACK of it. */
async function conclude(transaction: Transaction): Promise<void> {
  const { client, rows } = transaction;
  transaction.isOver = true;
  const last = [...rows].map(([{ name, text, valuesOf }, those]) => ({
    name,
    text,
    values: [...valuesOf(those as never[])],
  }));
  const written = last.map((statement) => client.query(statement));
  const [{ command }] = await Promise.all([client.query('COMMIT'), ...written]);
  if (command !== 'COMMIT')
    throw new Error('A statement of the transaction had failed, so nothing is written');
}

function keepCommitted(error: unknown): CommittedRefusal {
  if (error instanceof CommittedRefusal) return error;
  throw error;
}
