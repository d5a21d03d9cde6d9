import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, type Statement } from '../database';

const INTERVAL_MS = 3_600_000;
const BATCH_ROWS = 1_000;

// Any constant will do, as long as every version of the service uses the same one.
const TURN = { name: 'purge-turn', text: 'SELECT pg_try_advisory_xact_lock(7240115) AS "isOurs"' };

/**
 * Forgets what nothing asks for any more, a bounded number of rows at a time and on one process at a time. No answer
 * depends on it: everything that expires does so by comparison.
 */
@Injectable()
export class Purge implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Purge');
  private readonly statements: Statement[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isEnding = false;

  constructor(private readonly database: Database) {}

  /** `statement` deletes at most $1 rows. Registers before the application starts. */
  register(statement: Statement): void {
    this.statements.push(statement);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), INTERVAL_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.isEnding = true;
  }

  async run(): Promise<void> {
    for (const statement of this.statements) {
      try {
        while ((await this.purgeBatch(statement)) >= BATCH_ROWS && !this.isEnding);
      } catch (error) {
        this.logger.warn(`Old rows could not be deleted (${statement.name}): ${String(error)}`);
      }
    }
  }

  /** How many rows went; none while another process has its turn. */
  private purgeBatch(statement: Statement): Promise<number> {
    return this.database.transaction(async () => {
      const [turn] = await this.database.query<{ isOurs: boolean }>(TURN);
      return turn?.isOurs === true ? this.database.change(statement, [BATCH_ROWS]) : 0;
    });
  }
}
