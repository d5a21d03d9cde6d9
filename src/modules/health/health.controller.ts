import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access';
import { ApiContract, Synchronous } from '../../common/http';
import { DependenciesResponse, LiveResponse, ReadyResponse } from './dto/health.response';
import { HealthService } from './health.service';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Public()
  @Synchronous()
  @ApiContract({
    summary: 'Whether the process runs',
    description: 'Restart a process that does not answer. Says nothing of what it depends on.',
    response: LiveResponse,
  })
  live(): LiveResponse {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  @ApiContract({
    summary: 'Whether the process should be sent requests',
    description:
      'Not before it has loaded what it decides by, not without PostgreSQL, not while it shuts down.',
    response: ReadyResponse,
  })
  ready(): Promise<ReadyResponse> {
    return this.health.requireReady();
  }

  @Get('dependencies')
  @Public()
  @ApiContract({
    summary: 'How the service fares with what it depends on',
    description:
      'Public, so that it can be read when permissions cannot be decided; it tells no address, version or error. ' +
      'Always 200, and as this process sees it.',
    response: DependenciesResponse,
  })
  dependencies(): Promise<DependenciesResponse> {
    return this.health.describeDependencies();
  }
}
