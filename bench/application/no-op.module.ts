import './no-op.permissions';
import { Controller, Get, Module } from '@nestjs/common';
import { RequirePermission } from '../../src/common/access';

@Controller('bench')
class NoOpController {
  @Get('no-op')
  @RequirePermission('bench.no-op:call')
  call(): { status: string } {
    return { status: 'ok' };
  }
}

@Module({ controllers: [NoOpController] })
export class NoOpModule {}
