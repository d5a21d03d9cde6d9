import { Global, Module } from '@nestjs/common';
import { Clock } from './clock';
import { DatabaseClock } from './database-clock';

@Global()
@Module({
  providers: [DatabaseClock, { provide: Clock, useExisting: DatabaseClock }],
  exports: [Clock, DatabaseClock],
})
export class ClockModule {}
