import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { uuidField } from '../common/validation';
import { AccountUnlockService } from '../modules/auth';
import { CredentialsService } from '../modules/users';

const COMMAND_LINE = { type: 'command-line', id: null } as const;

/**
 * Takes off the locks of an account: the way back for an administrator whom nobody else is left to unlock.
 * Running processes count in the same table, so the next attempt is answered already.
 *
 * @throws Error when nobody has the name, email address or id.
 */
export async function unlockCommand([name, ...surplus]: readonly string[]): Promise<string> {
  if (name === undefined || surplus.length > 0)
    throw new Error('Usage: npm run cli -- unlock <USERNAME | EMAIL | ID>');
  const app = await NestFactory.createApplicationContext(AppModule, { abortOnError: false });
  try {
    const credentials = app.get(CredentialsService, { strict: false });
    const byId = uuidField.safeParse(name).success ? await credentials.findById(name) : null;
    const user = byId ?? (await credentials.findByLoginName(name));
    if (user === null) throw new Error('There is no such account');
    await app.get(AccountUnlockService, { strict: false }).unlock(user.id, COMMAND_LINE);
    return `${user.username} is locked no longer`;
  } finally {
    await app.close();
  }
}
