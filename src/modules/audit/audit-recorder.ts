import { Injectable } from '@nestjs/common';
import { OnDomainEvent, type DomainEvent, type EventContext } from '../../common/events';
import { Database, isDatabaseUnavailable } from '../../infrastructure/database';
import { GroupCommit } from '../../infrastructure/group-commit';
import { INSERT_AUDIT_EVENTS } from './audit-events.repository';
import type { AuditRecord } from './audit-record';
import { AuditRecordFactory } from './audit-record.factory';

const MAX_BATCH_ROWS = 256;

/** Writes every domain event into the trail: with the change that it tells of, or else durably on its own. */
@Injectable()
export class AuditRecorder {
  private readonly batches: GroupCommit<AuditRecord, AuditRecord>;

  constructor(
    private readonly database: Database,
    private readonly records: AuditRecordFactory,
  ) {
    this.batches = new GroupCommit({
      write: async (rows) => {
        await database.write(INSERT_AUDIT_EVENTS, rows);
        return rows;
      },
      maxRows: MAX_BATCH_ROWS,
      isOutage: isDatabaseUnavailable,
    });
  }

  @OnDomainEvent()
  async record(event: DomainEvent, context: EventContext): Promise<void> {
    const record = await this.records.create(event, context);
    if (this.database.isInTransaction()) await this.database.beforeCommit(INSERT_AUDIT_EVENTS, record);
    else await this.batches.join(record);
  }
}
