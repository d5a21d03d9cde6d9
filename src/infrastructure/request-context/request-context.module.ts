import { Global, Module } from '@nestjs/common';
import { ClsModule } from 'nestjs-cls';
import { RequestContext } from './request-context';

@Global()
@Module({
  // Not `forRoot()`: it puts a guard and an interceptor of its own before every handler, which is a third of what a
  // request costs, for a context that the HTTP adapter has opened long before.
  imports: [ClsModule],
  providers: [RequestContext],
  exports: [RequestContext],
})
export class RequestContextModule {}
