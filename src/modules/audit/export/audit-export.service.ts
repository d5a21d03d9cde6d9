import { Injectable } from '@nestjs/common';
import { EventPublisher } from '../../../common/events';
import { Clock } from '../../../infrastructure/clock';
import { AuditKeyRing } from '../audit-key-ring';
import type { ExportAuditQuery } from '../dto/export-audit.query';
import { AuditExportedEvent } from '../events/audit-exported.event';
import { openedPersonal, type PersonalKeys } from '../opened-personal';
import { AuditBatchesRepository, type BatchSpan } from '../sealing/audit-batches.repository';
import { SealedTrail, type StoredBatch } from '../sealing/sealed-trail';
import type { SealedRecord } from '../sealing/sealed-record';
import { SealingKeysService } from '../sealing/sealing-keys.service';
import { signHeader, type ExportHeader } from './export-header';
import type { ExportLine } from './export-lines';

const NOTHING = { first: null, last: null, firstSequence: null, lastSequence: null };

type EventLine = Extract<ExportLine, { kind: 'event' }>;

/** Copies of the trail that can be verified far from here. */
@Injectable()
export class AuditExportService {
  constructor(
    private readonly batches: AuditBatchesRepository,
    private readonly trail: SealedTrail,
    private readonly keys: AuditKeyRing,
    private readonly signing: SealingKeysService,
    private readonly clock: Clock,
    private readonly publisher: EventPublisher,
  ) {}

  /**
   * The whole batches that reach into the range, one line each of NDJSON. The export is in the trail before its first
   * line; each part is read only when the one before has been taken.
   */
  async export(range: ExportAuditQuery): Promise<AsyncGenerator<string>> {
    await this.publisher.publish(new AuditExportedEvent(range));
    return this.lines(range);
  }

  private async *lines(range: ExportAuditQuery): AsyncGenerator<string> {
    const span = await this.batches.findRange(range);
    yield lineOf({ kind: 'header', header: await this.headerOf(range, span) });
    let events = 0;
    if (span !== null) {
      for await (const batch of this.trail.read(span.first, span.last)) {
        yield await this.textOf(batch);
        events += batch.records.length;
      }
    }
    const { count: unsealed } = await this.batches.countUnsealed();
    yield lineOf({ kind: 'end', events, unsealed });
  }

  private async headerOf(range: ExportAuditQuery, span: BatchSpan | null): Promise<ExportHeader> {
    const { from = null, to = null } = range;
    const { kid, privateKey } = await this.signing.current();
    const { first, last, firstSequence, lastSequence } = span ?? NOTHING;
    const body = {
      version: 1,
      from,
      to,
      firstCheckpoint: first,
      lastCheckpoint: last,
      firstSequence,
      lastSequence,
      exportedAt: this.clock.now().toISOString(),
      kid,
    } as const;
    return signHeader(body, privateKey);
  }

  private async textOf({ checkpoint, leaves, retirement, records }: StoredBatch): Promise<string> {
    const ids = records.flatMap(({ actorKeyId, targetKeyId }) => [actorKeyId, targetKeyId]);
    const keys = await this.keys.findAll(ids);
    const first = lineOf({
      kind: 'checkpoint',
      checkpoint,
      leaves: Buffer.concat(leaves).toString('hex'),
      retirement,
    });
    return (
      first + records.map((record) => lineOf({ kind: 'event', record, ...personalOf(record, keys) })).join('')
    );
  }
}

function lineOf(line: ExportLine): string {
  return `${JSON.stringify(line)}\n`;
}

function personalOf(
  { id, actorKeyId, actorPersonal, targetKeyId, targetPersonal }: SealedRecord,
  keys: PersonalKeys,
): Pick<EventLine, 'personal' | 'unreadable'> {
  const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'hex'));
  const sealed = { actorPersonal: bytes(actorPersonal), targetPersonal: bytes(targetPersonal) };
  const { unreadable, ...personal } = openedPersonal({ id, actorKeyId, targetKeyId, ...sealed }, keys);
  return {
    ...(Object.keys(personal).length > 0 && { personal }),
    ...(unreadable && { unreadable }),
  };
}
