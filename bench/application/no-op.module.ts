import './no-op.permissions';
import { Controller, Get, Module } from '@nestjs/common';
import { RequirePermission } from '../../src/common/access';
import { Synchronous } from '../../src/common/http';
import { PublishingController } from './publishing.controller';

@Controller('bench')
class NoOpController {
  @Get('no-op')
  @Synchronous()
  @RequirePermission('bench.no-op:call')
  call(): { status: string } {
    return { status: 'ok' };
  }
}

@Module({ controllers: [NoOpController, PublishingController] })
export class NoOpModule {}
