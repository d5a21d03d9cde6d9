export { DeferredWork, type DeferredKind } from './deferred-work';
export { DeferredWorkModule } from './deferred-work.module';
