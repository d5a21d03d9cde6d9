import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { openOwnersDataSource } from './data-source';
import { Database } from './database';
import { DatabaseServer } from './database-server';
import { DatabaseServerModule } from './database-server.module';

/** In place of DatabaseModule: the database as the owner of its schema, for commands that do what no service may. */
@Global()
@Module({
  imports: [DatabaseServerModule],
  providers: [
    {
      provide: DataSource,
      inject: [DatabaseServer],
      useFactory: ({ migrationUrl }: DatabaseServer) => openOwnersDataSource(migrationUrl),
    },
    Database,
  ],
  exports: [Database],
})
export class OwnerDatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly server: DatabaseServer,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
    await this.server.stop();
  }
}
