import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
// Every module declares its sealed columns as it is loaded, and this loads them all.
import '../app.module';
import { databaseConfig } from '../config/database.config';
import { secretsConfig } from '../config/secrets.config';
import { rewrapSealedColumns, SecretBox, sealedColumns } from '../infrastructure/crypto';
import { startDatabaseServer } from '../infrastructure/database';
import { SigningKeysService } from '../modules/auth';
import { KeysModule } from './keys.module';

const USAGE = 'Usage: npm run cli -- keys <list | rotate [--emergency] | revoke KID | rewrap>';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Looks after the keys: those that sign tokens, and the root secret that encrypts what is stored. */
export async function keysCommand(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { emergency: { type: 'boolean', default: false } },
  });
  const [action, kid] = positionals;
  if (action === 'list') return withRing(() => Promise.resolve());
  if (action === 'rotate') return withRing((keys) => (values.emergency ? keys.revokeAll() : keys.rotate()));
  if (action === 'revoke' && kid !== undefined) return withRing((keys) => keys.revoke(kid));
  if (action === 'rewrap') return rewrap();
  throw new Error(USAGE);
}

/** Shows the ring as `change` leaves it. */
async function withRing(change: (keys: SigningKeysService) => Promise<void>): Promise<void> {
  const context = await NestFactory.createApplicationContext(KeysModule, { abortOnError: false });
  try {
    const keys = context.get(SigningKeysService);
    await change(keys);
    for (const { kid, algorithm, status, createdAt } of await keys.list()) {
      say(`${kid}  ${algorithm}  ${status.padEnd(8)}  made ${createdAt.toISOString()}`);
    }
  } finally {
    await context.close();
  }
}

/** As the owner of the schema, like the migrations. */
async function rewrap(): Promise<void> {
  const server = await startDatabaseServer(databaseConfig().server);
  try {
    const box = new SecretBox(secretsConfig().rootSecrets);
    const reports = await rewrapSealedColumns(server.migrationUrl, box, sealedColumns());
    for (const { table, rewrapped, unreadable, remaining } of reports) {
      say(`${table}: ${rewrapped} re-encrypted, ${unreadable} unreadable, ${remaining} under another secret`);
    }
    if (reports.some(({ remaining }) => remaining > 0)) {
      throw new Error(
        'Not everything is under JWT_SECRET_KEY yet; keep JWT_SECRET_KEY_PREVIOUS and run it again',
      );
    }
  } finally {
    await server.stop();
  }
}
