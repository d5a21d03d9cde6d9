import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access';
import { ApiContract } from '../../common/http';
import { AuditStatsService } from './audit-stats.service';
import { AuditStatsQuery } from './dto/audit-stats.query';
import { AuditStatsResponse } from './dto/audit-stats.response';

@ApiTags('audit')
@Controller('v1/audit/stats')
export class AuditStatsController {
  constructor(private readonly stats: AuditStatsService) {}

  @Get()
  @RequirePermission('audit:read')
  @ApiContract({
    summary: 'Sum up the sign-ins and refusals of up to 31 days',
    description: 'Reading the trail is itself an event in it.',
    response: AuditStatsResponse,
  })
  read(@Query({ schema: AuditStatsQuery }) query: AuditStatsQuery): Promise<AuditStatsResponse> {
    return this.stats.sumUp(query);
  }
}
