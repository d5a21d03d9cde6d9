import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../../common/access';
import { ApiContract } from '../../common/http';
import { ReadinessService } from './readiness.service';

const HealthResponse = z
  .strictObject({ status: z.literal('ok') })
  .meta({ id: 'Health', examples: [{ status: 'ok' }] });
type HealthResponse = z.infer<typeof HealthResponse>;

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get('live')
  @Public()
  @ApiContract({ summary: 'Whether the process runs', response: HealthResponse })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiContract({ summary: 'Whether the process can serve', response: HealthResponse })
  async ready(): Promise<HealthResponse> {
    await this.readiness.requireReady();
    return { status: 'ok' };
  }
}
