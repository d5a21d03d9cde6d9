export { RequestContext } from './request-context';
export { RequestContextModule } from './request-context.module';
