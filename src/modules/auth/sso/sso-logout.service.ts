import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DomainError } from '../../../common/errors';
import { appConfig } from '../../../config/app.config';
import { signOutUrl } from '../../identity-providers';
import { SessionTokensService, type PresentedTokens } from '../session-tokens.service';
import { ProviderSignIns } from './provider-sign-ins.service';
import { ProviderSignOutsRepository } from './provider-sign-outs.repository';
import { returnUrlWith, ReturnUrls } from './return-urls';

/** Signing out here and at the provider (OpenID Connect RP-Initiated Logout 1.0). */
@Injectable()
export class SsoLogoutService {
  /** The one address that providers must know of us: where clients are returned to is our own matter. */
  private readonly landingUrl: string;

  constructor(
    @Inject(appConfig.KEY) { baseUrl }: ConfigType<typeof appConfig>,
    private readonly sessionTokens: SessionTokensService,
    private readonly signIns: ProviderSignIns,
    private readonly signOuts: ProviderSignOutsRepository,
    private readonly returnUrls: ReturnUrls,
  ) {
    this.landingUrl = `${baseUrl}/v1/auth/sso/logged-out`;
  }

  /**
   * Ends the session here, whatever becomes of the rest. Asks nobody: where the browser goes to sign out at the
   * provider was kept with the session. Null where there is nothing to go for.
   *
   * @throws DomainError `AUTH.RETURN_URL_NOT_REGISTERED`, after the session has ended
   */
  async logout(tokens: PresentedTokens, returnTo: string): Promise<string | null> {
    const signOut = await this.sessionTokens.logoutAfter(tokens, (sessionId) =>
      this.signIns.takeSignOut(sessionId),
    );
    this.returnUrls.require(returnTo);
    if (signOut === null) return null;
    return signOutUrl(signOut, this.landingUrl, await this.signOuts.insert(returnTo));
  }

  /**
   * Where a browser goes that was signed out at its provider.
   *
   * @throws DomainError `AUTH.SSO_FAILED`, `AUTH.RETURN_URL_NOT_REGISTERED`
   */
  async land(state: string): Promise<string> {
    const returnTo = await this.signOuts.spend(state);
    if (returnTo === null) throw new DomainError('AUTH.SSO_FAILED');
    this.returnUrls.require(returnTo);
    return returnUrlWith(returnTo, { loggedOut: 'true' });
  }
}
