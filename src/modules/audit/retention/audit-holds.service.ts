import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { AuditHoldPlacedEvent, AuditHoldReleasedEvent } from '../events/audit-hold.events';
import { AuditHoldsRepository, type AuditHold } from './audit-holds.repository';

/** Legal holds: what they cover is neither retired nor erased. */
@Injectable()
export class AuditHoldsService {
  constructor(
    private readonly holds: AuditHoldsRepository,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /** The id of the hold. */
  place(hold: Omit<AuditHold, 'id'>): Promise<string> {
    return this.database.transaction(async () => {
      const id = uuidv7();
      await this.holds.insert({ ...hold, id });
      await this.events.publish(new AuditHoldPlacedEvent(id, hold.reason));
      return id;
    });
  }

  /** @throws DomainError `AUDIT.HOLD_NOT_FOUND` */
  release(id: string): Promise<void> {
    return this.database.transaction(async () => {
      if (!(await this.holds.release(id))) throw new DomainError('AUDIT.HOLD_NOT_FOUND');
      await this.events.publish(new AuditHoldReleasedEvent(id));
    });
  }
}
