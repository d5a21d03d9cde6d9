import { ConfigModule } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { databaseConfig } from '../../src/config/database.config';
import { Database, DatabaseModule } from '../../src/infrastructure/database';
import { RequestContextModule } from '../../src/infrastructure/request-context';
import { createTestDatabase } from './database';

/** A database of the caller's own, reached as the service reaches it. */
export async function openTestDatabase(): Promise<{
  database: Database;
  url: string;
  close(): Promise<void>;
}> {
  const created = await createTestDatabase();
  const { url } = created;
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forRoot({ ignoreEnvFile: true }), RequestContextModule, DatabaseModule],
  })
    .overrideProvider(databaseConfig.KEY)
    .useValue({ server: { kind: 'outside', url, migrationUrl: url }, poolSize: 10 })
    .compile();
  const application = await module.init();
  return {
    database: application.get(Database),
    url,
    close: async () => {
      await application.close();
      await created.drop();
    },
  };
}
