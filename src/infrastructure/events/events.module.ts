import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventPublisher } from '../../common/events';
import { InProcessEventPublisher } from './in-process-event-publisher';

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [{ provide: EventPublisher, useClass: InProcessEventPublisher }],
  exports: [EventPublisher],
})
export class EventsModule {}
