import { Injectable } from '@nestjs/common';
import { OnDomainEvent, type DomainEvent, type EventContext } from '../../common/events';
import { Database, isDatabaseUnavailable } from '../../infrastructure/database';
import { GroupCommit } from '../../infrastructure/group-commit';
import { AuditEventsRepository } from './audit-events.repository';
import type { AuditRecord } from './audit-record';
import { AuditRecordFactory } from './audit-record.factory';

const MAX_BATCH_ROWS = 256;

/** Writes every domain event into the trail: with the change that it tells of, or else durably on its own. */
@Injectable()
export class AuditRecorder {
  private readonly batches: GroupCommit<AuditRecord, AuditRecord>;
  private readonly write = async (rows: readonly AuditRecord[]): Promise<readonly AuditRecord[]> => {
    await this.events.insertAll(rows);
    return rows;
  };

  constructor(
    private readonly database: Database,
    private readonly events: AuditEventsRepository,
    private readonly records: AuditRecordFactory,
  ) {
    this.batches = new GroupCommit({
      write: this.write,
      maxRows: MAX_BATCH_ROWS,
      isOutage: isDatabaseUnavailable,
    });
  }

  @OnDomainEvent()
  async record(event: DomainEvent, context: EventContext): Promise<void> {
    const record = await this.records.create(event, context);
    if (this.database.isInTransaction()) this.database.beforeCommit(this.write, record);
    else await this.batches.join(record);
  }
}
