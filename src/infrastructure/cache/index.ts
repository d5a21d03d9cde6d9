export { CacheModule } from './cache.module';
export { Generations } from './generations';
export { SnapshotCache } from './snapshot-cache';
