import { startEmbeddedServer, startTestServer } from './test-server';

/** Runs once before the suites that need a database, whatever their number of workers. */
export default function globalSetup(): Promise<void> {
  return startTestServer(startEmbeddedServer);
}
