import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { outboundConfig } from '../../config/outbound.config';
import { OutboundHttp } from './outbound-http';

@Module({
  imports: [ConfigModule.forFeature(outboundConfig)],
  providers: [OutboundHttp],
  exports: [OutboundHttp],
})
export class HttpClientModule {}
