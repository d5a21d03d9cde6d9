import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { environment } from '../config/environment';
import { databaseConfig } from '../config/database.config';
import { runMigrations, startDatabaseServer } from '../infrastructure/database';
import { createLogger } from '../infrastructure/logging';
import { auditCommand } from './audit.command';
import { importCommand } from './import.command';
import { keysCommand } from './keys.command';
import { openapi } from './openapi.command';
import { seed } from './seed.command';
import { unlockCommand } from './unlock.command';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void> | void>> = {
  audit: auditCommand,
  import: async (args) => {
    say(await importCommand(args));
  },
  'config:check': () => {
    say(`The configuration is usable; mode: ${environment().mode}`);
  },
  migrate: async () => {
    const server = await startDatabaseServer(databaseConfig().server);
    try {
      await runMigrations({ url: server.migrationUrl, runtimeUrl: server.url });
      say('The schema is up to date');
    } finally {
      await server.stop();
    }
  },
  keys: keysCommand,
  openapi,
  seed,
  unlock: async (args) => {
    say(await unlockCommand(args));
  },
};

async function main(name?: string, ...args: readonly string[]): Promise<void> {
  // Standard output is for the result, which other programs read.
  Logger.overrideLogger(createLogger({ logLevel: 'warn', mode: 'production' }, process.stderr));
  const command = COMMANDS[name ?? ''];
  if (command === undefined) throw new Error(`Usage: npm run cli -- <${Object.keys(COMMANDS).join(' | ')}>`);
  await command(args);
}

main(...process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // What a failed start left open would keep the process alive.
  process.exit(1);
});
