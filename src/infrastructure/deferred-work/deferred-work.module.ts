import { Global, Module } from '@nestjs/common';
import { DeferredWork } from './deferred-work';
import { DeferredWorkQueue } from './deferred-work.queue';

@Global()
@Module({ providers: [DeferredWorkQueue, DeferredWork], exports: [DeferredWork] })
export class DeferredWorkModule {}
