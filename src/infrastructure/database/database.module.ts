import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { databaseConfig } from '../../config/database.config';
import { Database } from './database';
import { DatabaseServer } from './database-server';
import { DatabaseServerModule } from './database-server.module';
import { openDataSource } from './data-source';
import { whenReachable } from './reachability';

@Global()
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      imports: [ConfigModule.forFeature(databaseConfig), DatabaseServerModule],
      inject: [databaseConfig.KEY, DatabaseServer],
      useFactory: (config: ConfigType<typeof databaseConfig>, server: DatabaseServer) => ({
        type: 'postgres' as const,
        url: server.url,
        poolSize: config.poolSize,
        autoLoadEntities: true,
      }),
      dataSourceFactory: (options) => whenReachable(() => openDataSource(options)),
    }),
  ],
  providers: [Database],
  exports: [Database],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly server: DatabaseServer,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}
