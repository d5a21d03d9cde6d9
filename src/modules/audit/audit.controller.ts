import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access';
import { ApiContract, UuidParam } from '../../common/http';
import { AuditService } from './audit.service';
import { AuditEventPage, AuditEventResponse } from './dto/audit-event.response';
import { ListAuditEventsQuery } from './dto/list-audit-events.query';

@ApiTags('audit')
@Controller('v1/audit/events')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @RequirePermission('audit:read')
  @ApiContract({
    summary: 'List audit events, newest first',
    description: 'Filters narrow each other down. Reading the trail is itself an event in it.',
    response: AuditEventPage,
    errors: ['REQUEST.INVALID_CURSOR'],
  })
  list(@Query({ schema: ListAuditEventsQuery }) query: ListAuditEventsQuery): Promise<AuditEventPage> {
    return this.audit.list(query);
  }

  @Get(':id')
  @RequirePermission('audit:read')
  @ApiContract({
    summary: 'Read an audit event',
    description: 'Reading the trail is itself an event in it.',
    response: AuditEventResponse,
    errors: ['AUDIT.EVENT_NOT_FOUND'],
  })
  read(@UuidParam('id') id: string): Promise<AuditEventResponse> {
    return this.audit.getById(id);
  }
}
