export { CacheModule } from './cache.module';
export { SnapshotCache } from './snapshot-cache';
