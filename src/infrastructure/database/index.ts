export { Database, type Statement } from './database';
export { isDatabaseUnavailable, isForeignKeyViolation, isUniqueViolation } from './database-errors';
export { DatabaseServer } from './database-server';
export { DatabaseServerModule } from './database-server.module';
export { DatabaseModule } from './database.module';
