import { Injectable } from '@nestjs/common';
import { OnDomainEvent, type DomainEvent } from '../../common/events';
import { ProvidesPersonalData } from '../../common/privacy';
import { DomainError } from '../../common/errors';
import { Database } from '../../infrastructure/database';
import { UserErasedEvent } from '../auth/events/privacy.events';
import { AuditEventsRepository } from './audit-events.repository';
import { AuditKeyRing } from './audit-key-ring';
import { DELETE_AUDIT_KEYS } from './audit-keys.repository';
import type { StoredAuditEvent } from './audit-record';
import { AuditHoldsRepository } from './retention/audit-holds.repository';
import { toAuditEventResponse, type AuditEventResponse } from './dto/audit-event.response';

/** The newest of those that a person did, and of those that were done to them. */
const MAX_EVENTS = 10_000;

/** What the trail knows about one person, and how it comes to know it no longer. */
@Injectable()
export class AuditPersonalData {
  constructor(
    private readonly events: AuditEventsRepository,
    private readonly ring: AuditKeyRing,
    private readonly holds: AuditHoldsRepository,
    private readonly database: Database,
  ) {}

  @ProvidesPersonalData('auditEvents')
  async find(subjectId: string): Promise<AuditEventResponse[]> {
    const done = await this.events.findPage({ actor: subjectId }, null, MAX_EVENTS);
    const suffered = await this.events.findPage({ target: subjectId }, null, MAX_EVENTS);
    const found = new Map<string, StoredAuditEvent>([...done, ...suffered].map((event) => [event.id, event]));
    const ids = [...found.values()].flatMap(({ actorKeyId, targetKeyId }) => [actorKeyId, targetKeyId]);
    const keys = await this.ring.findAll(ids);
    // Where somebody else did it, where that came from is not the person's to know.
    return [...found.values()].map((event) =>
      toAuditEventResponse(event.actorId === subjectId ? event : { ...event, actorPersonal: null }, keys),
    );
  }

  /**
   * With the erasure, or not at all; last, so that no event of the same transaction makes the key anew.
   *
   * @throws DomainError `AUDIT.ON_HOLD`
   */
  @OnDomainEvent()
  async erase(event: DomainEvent): Promise<void> {
    if (!(event instanceof UserErasedEvent)) return;
    if (await this.holds.isHeld(event.userId)) throw new DomainError('AUDIT.ON_HOLD');
    await this.database.beforeCommit(DELETE_AUDIT_KEYS, event.userId);
  }
}
