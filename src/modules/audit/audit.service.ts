import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import { AuditEventsRepository } from './audit-events.repository';
import type { PagePosition } from './audit-event-page';
import { AuditKeyRing } from './audit-key-ring';
import type { StoredAuditEvent } from './audit-record';
import {
  toAuditEventResponse,
  type AuditEventPage,
  type AuditEventResponse,
} from './dto/audit-event.response';
import type { ListAuditEventsQuery } from './dto/list-audit-events.query';
import type { CheckpointPage, ListCheckpointsQuery } from './dto/checkpoint.response';
import { AuditReadEvent } from './events/audit-read.event';
import { IpDigests } from './ip-digests';
import { AuditBatchesRepository } from './sealing/audit-batches.repository';

const LIST = 'audit-events';
const CHECKPOINTS = 'audit-checkpoints';

/** Reads the trail. Each reading is in the trail itself, before it is answered. */
@Injectable()
export class AuditService {
  constructor(
    private readonly events: AuditEventsRepository,
    private readonly batches: AuditBatchesRepository,
    private readonly keys: AuditKeyRing,
    private readonly digests: IpDigests,
    private readonly cursors: CursorCodec,
    private readonly publisher: EventPublisher,
  ) {}

  /** @throws DomainError `REQUEST.INVALID_CURSOR` */
  async list({ limit, cursor, ip, ...filters }: ListAuditEventsQuery): Promise<AuditEventPage> {
    const after = cursor === undefined ? null : this.positionOf(cursor);
    const ipDigests = ip === undefined ? undefined : this.digests.ofRange(ip, filters.from, filters.to);
    const found = await this.events.findPage({ ...filters, ipDigests }, after, limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const items = await this.open(page);
    // An address tells about a person, and what was asked stays in the clear.
    const asked = ip === undefined ? filters : { ...filters, ip: '***' };
    await this.publisher.publish(new AuditReadEvent({ type: 'audit_trail', id: null }, asked));
    return { items, nextCursor: last === undefined ? null : this.cursors.encode(LIST, [last.at, last.id]) };
  }

  /** @throws DomainError `AUDIT.EVENT_NOT_FOUND` */
  async getById(id: string): Promise<AuditEventResponse> {
    const found = await this.events.findById(id);
    const [event] = found === null ? [] : await this.open([found]);
    if (event === undefined) throw new DomainError('AUDIT.EVENT_NOT_FOUND');
    await this.publisher.publish(new AuditReadEvent({ type: 'audit_event', id }));
    return event;
  }

  /** @throws DomainError `REQUEST.INVALID_CURSOR` */
  async listCheckpoints({ limit, cursor }: ListCheckpointsQuery): Promise<CheckpointPage> {
    const [before] = cursor === undefined ? [] : this.cursors.decode(CHECKPOINTS, cursor);
    const found = await this.batches.findCheckpoints(before === undefined ? null : Number(before), limit + 1);
    const { items, nextCursor } = keysetPage(found, limit, ({ number }) =>
      this.cursors.encode(CHECKPOINTS, [String(number)]),
    );
    await this.publisher.publish(new AuditReadEvent({ type: 'audit_checkpoints', id: null }));
    return { items: [...items], nextCursor };
  }

  private async open(events: readonly StoredAuditEvent[]): Promise<AuditEventResponse[]> {
    const ids = events.flatMap(({ actorKeyId, targetKeyId }) => [actorKeyId, targetKeyId]);
    const keys = await this.keys.findAll(ids);
    return events.map((event) => toAuditEventResponse(event, keys));
  }

  private positionOf(cursor: string): PagePosition {
    const [at, id] = this.cursors.decode(LIST, cursor);
    if (at === undefined || id === undefined) throw new DomainError('REQUEST.INVALID_CURSOR');
    return { at, id };
  }
}
