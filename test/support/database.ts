import { randomUUID } from 'node:crypto';
import { administer, databaseUrl } from './postgres-admin';
import { TEMPLATE_VARIABLE } from './test-server';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A migrated database of the caller's own; it may be dropped while connections are still open. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const templateUrl = process.env[TEMPLATE_VARIABLE];
  if (templateUrl === undefined)
    throw new Error('No test server: this project of jest.config.js has no globalSetup');
  const template = new URL(templateUrl).pathname.slice(1);
  const serverUrl = databaseUrl(templateUrl, 'postgres');
  const name = `portcullis_test_${randomUUID().replaceAll('-', '')}`;
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
