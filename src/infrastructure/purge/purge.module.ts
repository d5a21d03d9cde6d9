import { Global, Module } from '@nestjs/common';
import { Purge } from './purge';

@Global()
@Module({ providers: [Purge], exports: [Purge] })
export class PurgeModule {}
