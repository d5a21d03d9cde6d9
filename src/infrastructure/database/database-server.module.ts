import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { databaseConfig } from '../../config/database.config';
import { DatabaseServer, startDatabaseServer } from './database-server';
import { runMigrations } from './migrate';
import { whenReachable } from './reachability';

/** Holds the server alone: the data source needs its address while its own module is still being made. */
@Module({
  imports: [ConfigModule.forFeature(databaseConfig)],
  providers: [
    {
      provide: DatabaseServer,
      inject: [databaseConfig.KEY],
      useFactory: async (config: ConfigType<typeof databaseConfig>): Promise<DatabaseServer> => {
        const server = await startDatabaseServer(config.server);
        await whenReachable(() => runMigrations({ url: server.migrationUrl, runtimeUrl: server.url }));
        return server;
      },
    },
  ],
  exports: [DatabaseServer],
})
export class DatabaseServerModule {}
