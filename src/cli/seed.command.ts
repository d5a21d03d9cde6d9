import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { environment } from '../config/environment';
import { randomToken } from '../infrastructure/crypto';
import { Database } from '../infrastructure/database';
import { PolicyService, type BuiltInRole } from '../modules/rbac';
import { CredentialsService, UsersService } from '../modules/users';

interface DemoUser {
  readonly username: string;
  readonly displayName: string;
  readonly role?: BuiltInRole;
}

const DEMO_USERS: readonly DemoUser[] = [
  { username: 'demo.administrator', displayName: 'Ada Administrator', role: 'administrator' },
  { username: 'demo.user-manager', displayName: 'Uma Manager', role: 'user-manager' },
  { username: 'demo.auditor', displayName: 'Otto Auditor', role: 'auditor' },
  { username: 'demo.user', displayName: 'Una User' },
];

/**
 * Makes a user for every built-in role and one with none, and prints their passwords, which are stored nowhere. Users
 * that exist already are left as they are.
 *
 * @throws Error in production mode, where an account that nobody asked for is a way in, unless `--force` is given.
 */
export async function seed(args: readonly string[]): Promise<void> {
  if (environment().mode === 'production' && !args.includes('--force')) {
    throw new Error('This is production: demonstration users are made only with --force');
  }
  const app = await NestFactory.createApplicationContext(AppModule, { abortOnError: false });
  try {
    const database = app.get(Database);
    const users = app.get(UsersService, { strict: false });
    const policy = app.get(PolicyService, { strict: false });
    const credentials = app.get(CredentialsService, { strict: false });
    for (const demo of DEMO_USERS) {
      if ((await credentials.findByLoginName(demo.username)) !== null) {
        process.stdout.write(`${demo.username} exists already\n`);
        continue;
      }
      const password = randomToken();
      await database.transaction(async () => {
        const { id } = await users.create({ ...demo, email: `${demo.username}@example.com`, password });
        if (demo.role !== undefined) await policy.grantBuiltIn(id, demo.role);
      });
      process.stdout.write(`${demo.username}, ${demo.role ?? 'no role'}, password ${password}\n`);
    }
  } finally {
    await app.close();
  }
}
