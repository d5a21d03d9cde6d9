import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { SubjectDirectory } from '../common/access';
import { usernameField } from '../common/validation';
import { importUsers } from './import-users';
import {
  PolicyImportService,
  readAzureRoles,
  readUserPermissionPairs,
  type ImportSummary,
} from '../modules/rbac';
import { UsersService } from '../modules/users';

const USAGE =
  'Usage: npm run cli -- import users FILE\n' +
  '       npm run cli -- import azure-roles FILE --namespace NAME\n' +
  '       npm run cli -- import user-permissions FILE --namespace NAME';

/** Below the size of the pool. */
const CONCURRENCY = 6;

type Importer = (app: INestApplicationContext, text: string, namespace: string) => Promise<ImportSummary>;

const IMPORTERS: Readonly<Record<string, Importer>> = {
  'azure-roles': (app, text, namespace) =>
    app.get(PolicyImportService).import(readAzureRoles(JSON.parse(text), namespace)),
  'user-permissions': importUserPermissions,
};

/** Brings users, roles, or who may do what, from another world: `import azure-roles FILE --namespace azure`. */
export async function importCommand(args: readonly string[]): Promise<string> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { namespace: { type: 'string' } },
  });
  const work = importOf(positionals, values.namespace);
  const app = await NestFactory.createApplicationContext(AppModule, { abortOnError: false });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

function importOf(
  [kind = '', file, ...surplus]: readonly string[],
  namespace: string | undefined,
): (app: INestApplicationContext) => Promise<string> {
  if (file === undefined || surplus.length > 0) throw new Error(USAGE);
  if (kind === 'users' && namespace === undefined) return (app) => importUsers(app, file);
  const importer = Object.hasOwn(IMPORTERS, kind) ? IMPORTERS[kind] : undefined;
  if (importer === undefined || namespace === undefined) throw new Error(USAGE);
  return async (app) => told(await importer(app, await readFile(file, 'utf8'), namespace));
}

/** Users are found by their usernames; those whom nobody knows yet are invited, and can sign in once they have a password. */
async function importUserPermissions(
  app: INestApplicationContext,
  text: string,
  namespace: string,
): Promise<ImportSummary> {
  const { policy, roleOfUser } = readUserPermissionPairs(text, namespace);
  const usernames = [...roleOfUser.keys()];
  const unusable = usernames.find((username) => !usernameField.safeParse(username).success);
  if (unusable !== undefined) throw new Error(`"${unusable}" is no username`);
  const known = await app.get(SubjectDirectory).findUserIds(usernames);
  const invited = await invite(
    app.get(UsersService),
    usernames.filter((username) => !known.has(username)),
    namespace,
  );
  const roleOfId = new Map<string, string>();
  for (const [username, role] of roleOfUser) {
    const id = known.get(username) ?? invited.get(username);
    if (id !== undefined) roleOfId.set(id, role);
  }
  return app.get(PolicyImportService).import(policy, roleOfId);
}

/** Several at a time, each for itself: what was done before an interruption is found by the next import. */
async function invite(
  users: UsersService,
  usernames: readonly string[],
  namespace: string,
): Promise<ReadonlyMap<string, string>> {
  const idOf = new Map<string, string>();
  const waiting = usernames.values();
  const work = async (): Promise<void> => {
    for (const username of waiting) {
      // RFC 2606: no mail ever leaves for such an address.
      const email = `${username}@${namespace}.invalid`;
      idOf.set(username, (await users.create({ username, email, displayName: username })).id);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return idOf;
}

function told(summary: ImportSummary): string {
  const { newPermissions, newRoles, changedRoles, retiredRoles, changedAssignments } = summary;
  return (
    `${newPermissions} new permissions; ${newRoles} roles new, ${changedRoles} changed, ${retiredRoles} retired; ` +
    `${changedAssignments} assignments came or went`
  );
}
