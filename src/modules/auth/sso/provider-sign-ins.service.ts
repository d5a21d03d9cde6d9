import { Injectable } from '@nestjs/common';
import { ProviderDirectory, type OidcSignOut } from '../../identity-providers';
import { ProviderSignInsRepository, type ProviderSignIn } from './provider-sign-ins.repository';

/** What becomes of a provider's answer until there is a session, and while there is. */
@Injectable()
export class ProviderSignIns {
  constructor(
    private readonly signIns: ProviderSignInsRepository,
    private readonly directory: ProviderDirectory,
  ) {}

  /**
   * Null unless the provider is still enabled, and its record as it was when its answer was believed. Until the
   * caller's transaction ends it stays so: whoever disables a provider waits, or is waited for.
   */
  async lockIfCurrent(id: string): Promise<ProviderSignIn | null> {
    const signIn = await this.signIns.find(id);
    if (signIn === null) return null;
    const isCurrent = await this.directory.lockIfCurrent(signIn.providerId, signIn.providerVersion);
    return isCurrent ? signIn : null;
  }

  /** The session goes on without the provider; what is known of the sign-in goes with it. */
  attach(id: string, sessionId: string): Promise<void> {
    return this.signIns.attach(id, sessionId);
  }

  /** What signs the person of a session out at its provider, once; null where nothing does. */
  takeSignOut(sessionId: string): Promise<OidcSignOut | null> {
    return this.signIns.takeSignOut(sessionId);
  }
}
