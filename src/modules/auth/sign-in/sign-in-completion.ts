import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import { ProviderSignIns } from '../sso/provider-sign-ins.service';
import { assuranceOf } from './assurance-of';
import { DevicesService } from './devices/devices.service';
import type { SourceClass } from './sign-in-attempts.repository';
import { SignInAttemptsService } from './sign-in-attempts.service';
import type { CompletedSignIn, SignInOrigin } from './sign-in-result';

/** An account as it was when all of `methods` were proved. */
export interface ProvedAccount {
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
  /** When, in seconds since the epoch; just now where nothing is said. */
  readonly authTime?: number | null | undefined;
  /** The provider's answer that the sign-in began with, if it came through a browser. */
  readonly providerSignInId?: string | undefined;
  /** The class that the attempts counted to. */
  readonly source: SourceClass;
}

/** Why there is no session although all factors were right; for the trail. */
export type SignInObstacle = 'account_changed' | 'provider_changed';

/** The end of every sign-in, once all factors that it needs were proved. */
@Injectable()
export class SignInCompletion {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly providerSignIns: ProviderSignIns,
    private readonly attempts: SignInAttemptsService,
    private readonly sessions: SessionsService,
    private readonly devices: DevicesService,
    private readonly database: Database,
  ) {}

  /**
   * Joins the caller's transaction. An obstacle where the account, or the record of the provider that vouched, is not
   * what it was when the factors were verified.
   *
   * @throws DomainError `SESSION.LIMIT_REACHED`
   */
  complete(account: ProvedAccount, origin: SignInOrigin): Promise<CompletedSignIn | SignInObstacle> {
    const { userId, epoch, methods, authTime = null, source, providerSignInId } = account;
    return this.database.transaction(async () => {
      if (!(await this.credentials.lockIfCurrent(userId, epoch))) return 'account_changed';
      if (
        providerSignInId !== undefined &&
        (await this.providerSignIns.lockIfCurrent(providerSignInId)) === null
      )
        return 'provider_changed';
      await this.attempts.clear(userId);
      const acr = assuranceOf(methods);
      const grant = await this.sessions.start({ userId, epoch, methods, acr, authTime, ...origin });
      if (providerSignInId !== undefined)
        await this.providerSignIns.attach(providerSignInId, grant.session.id);
      const deviceToken = await this.devices.remember(userId, epoch, source);
      return { ...grant, ...(deviceToken !== null && { deviceToken }) };
    });
  }
}
