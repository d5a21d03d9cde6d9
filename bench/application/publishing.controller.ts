import { Controller, HttpCode, Post } from '@nestjs/common';
import { RequirePermission } from '../../src/common/access';
import { EventPublisher } from '../../src/common/events';
import { AuditReadEvent } from '../../src/modules/audit/events/audit-read.event';

/** What a module does that records a fact of its own: the answer comes once the event is durable. */
@Controller('bench')
export class PublishingController {
  constructor(private readonly events: EventPublisher) {}

  @Post('events')
  @HttpCode(204)
  @RequirePermission('bench.no-op:call')
  publish(): Promise<void> {
    return this.events.publish(new AuditReadEvent({ type: 'audit_trail', id: null }));
  }
}
