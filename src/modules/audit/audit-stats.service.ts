import { Injectable } from '@nestjs/common';
import { EventPublisher } from '../../common/events';
import { AuditKeyRing } from './audit-key-ring';
import { AuditStatsRepository, type AuditCounts } from './audit-stats.repository';
import type { AuditStatsQuery } from './dto/audit-stats.query';
import type { AuditStatsResponse } from './dto/audit-stats.response';
import { AuditReadEvent } from './events/audit-read.event';
import { openedPersonal } from './opened-personal';

const MAX_SOURCES = 20;

/** Sums up the trail. Addresses are shown to whoever may read them in its events, unless erased. */
@Injectable()
export class AuditStatsService {
  constructor(
    private readonly stats: AuditStatsRepository,
    private readonly keys: AuditKeyRing,
    private readonly publisher: EventPublisher,
  ) {}

  async sumUp({ from, to }: AuditStatsQuery): Promise<AuditStatsResponse> {
    const { signIns, sources } = await this.stats.count(from, to, MAX_SOURCES);
    const refusalSources = await this.addressed(sources);
    await this.publisher.publish(new AuditReadEvent({ type: 'audit_stats', id: null }, { from, to }));
    return { signIns: [...signIns], refusalSources };
  }

  private async addressed(sources: AuditCounts['sources']): Promise<AuditStatsResponse['refusalSources']> {
    const keys = await this.keys.findAll(sources.map(({ keyId }) => keyId));
    const counts = new Map<string | null, number>();
    for (const { id, keyId, personal, count } of sources) {
      const sealed = personal === null ? null : Buffer.from(personal, 'hex');
      const event = { id, actorKeyId: keyId, actorPersonal: sealed, targetKeyId: null, targetPersonal: null };
      const ip = openedPersonal(event, keys).actor?.ip ?? null;
      counts.set(ip, (counts.get(ip) ?? 0) + count);
    }
    return [...counts].map(([ip, count]) => ({ ip, count })).sort((a, b) => b.count - a.count);
  }
}
