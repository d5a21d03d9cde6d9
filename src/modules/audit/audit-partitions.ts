import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database } from '../../infrastructure/database';

const DAY_MS = 86_400_000;

const PREPARE = { name: 'audit-events-prepare-partitions', text: 'SELECT audit_events_prepare_partitions()' };

/** Makes the trail's months ahead of time. An event whose month is missing goes into the default partition. */
@Injectable()
export class AuditPartitions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('AuditPartitions');
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: Database) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.prepare();
    this.timer = setInterval(() => void this.prepare(), DAY_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async prepare(): Promise<void> {
    try {
      await this.database.query(PREPARE);
    } catch (error) {
      this.logger.warn(`The months of the audit trail could not be prepared: ${String(error)}`);
    }
  }
}
