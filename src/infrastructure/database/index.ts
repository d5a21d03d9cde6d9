export { CommittedRefusal } from './committed-refusal';
export { Database, type BulkStatement, type PoolLoad, type Statement } from './database';
export { isDatabaseUnavailable, isUniqueViolation } from './database-errors';
export { tellWorkers } from './database-of-primary';
export { DatabaseServer, prepareDatabaseServer, startDatabaseServer } from './database-server';
export { DatabaseServerModule } from './database-server.module';
export { DatabaseModule } from './database.module';
export { runMigrations } from './migrate';
export { beginStart, endStart, wasDatabaseReached } from './reachability';
