export { Purge } from './purge';
export { PurgeModule } from './purge.module';
