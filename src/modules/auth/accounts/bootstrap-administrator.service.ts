import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DomainError } from '../../../common/errors';
import { bootstrapConfig } from '../../../config/bootstrap.config';
import { randomToken } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import { PolicyService } from '../../rbac';
import { CredentialsService, UsersService } from '../../users';

const FIRST_START_LOCK = { name: 'bootstrap-lock', text: 'SELECT pg_advisory_xact_lock(7240114)' };

/** Makes the first administrator, once, while no user exists; of several processes one does it. */
@Injectable()
export class BootstrapAdministratorService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Bootstrap');

  constructor(
    @Inject(bootstrapConfig.KEY) private readonly config: ConfigType<typeof bootstrapConfig>,
    private readonly users: UsersService,
    private readonly credentials: CredentialsService,
    private readonly policy: PolicyService,
    private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (await this.credentials.existsAny()) return;
    const password = this.config.password ?? randomToken();
    const created = await this.database.transaction(async () => {
      await this.database.query(FIRST_START_LOCK);
      if (await this.credentials.existsAny()) return false;
      await this.create(password).catch(naming);
      return true;
    });
    if (created) this.announce(password);
  }

  private async create(password: string): Promise<void> {
    const { username } = this.config;
    const user = await this.users.create(
      { username, email: `${username}@portcullis.invalid`, displayName: 'Administrator', password },
      { mustChangePassword: this.config.password === undefined },
    );
    await this.policy.grantAdministrator(user.id);
  }

  /** A generated password goes to the terminal, once, and never through the logger: logs are kept and shipped. */
  private announce(password: string): void {
    const { username } = this.config;
    this.logger.log(`The first administrator is "${username}"`);
    if (this.config.password !== undefined) return;
    process.stdout.write(
      `\n  First administrator: ${username}\n  Password, shown only now and changed at first sign-in: ${password}\n\n`,
    );
  }
}

/** The start ends with the message alone: it must say which variable is meant. */
function naming(error: unknown): never {
  if (!(error instanceof DomainError) || !error.code.startsWith('USER.PASSWORD_')) throw error;
  throw new Error(`BOOTSTRAP_ADMIN_PASSWORD: ${error.message}`, { cause: error });
}
