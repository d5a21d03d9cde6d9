import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { databaseConfig } from '../../config/database.config';
import { DatabaseServer, prepareDatabaseServer } from './database-server';

/** Holds the server alone: the data source needs its address while its own module is still being made. */
@Module({
  imports: [ConfigModule.forFeature(databaseConfig)],
  providers: [
    {
      provide: DatabaseServer,
      inject: [databaseConfig.KEY],
      useFactory: (config: ConfigType<typeof databaseConfig>): Promise<DatabaseServer> =>
        prepareDatabaseServer(config.server),
    },
  ],
  exports: [DatabaseServer],
})
export class DatabaseServerModule {}
