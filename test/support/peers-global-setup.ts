import { startDebianPostgres } from './debian-postgres';
import { startTestServer } from './test-server';

/** The suites that need real peers run on a PostgreSQL that is not ours as well. */
export default function globalSetup(): Promise<void> {
  return startTestServer(startDebianPostgres);
}
