import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { sha256 } from '../../../infrastructure/crypto';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import { SsoCodeReusedEvent, SsoRefusedEvent } from '../events/sso.events';
import type { SignInOrigin, SignInResult } from '../sign-in/sign-in-result';
import { SignInService } from '../sign-in/sign-in.service';
import { ProviderSignIns } from './provider-sign-ins.service';
import { SsoCodesRepository, type SsoCode } from './sso-codes.repository';

/** The client's end of a sign-in through a browser. */
@Injectable()
export class SsoExchangeService {
  constructor(
    private readonly codes: SsoCodesRepository,
    private readonly providerSignIns: ProviderSignIns,
    private readonly credentials: CredentialsService,
    private readonly signIn: SignInService,
    private readonly sessions: SessionsService,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Goes on with the sign-in as a right password would. A wrong verifier spends the code as well: whoever has it and
   * not the verifier is not whom it was meant for. A provider that was disabled or changed since it answered vouches
   * for nobody, here and where the session begins.
   *
   * @throws DomainError `AUTH.INVALID_CODE`, `AUTH.INVALID_CREDENTIALS`, `SESSION.LIMIT_REACHED`
   */
  async exchange(code: string, codeVerifier: string | null, origin: SignInOrigin): Promise<SignInResult> {
    const spent = await this.codes.spend(code);
    if (spent === null) return this.endWhatItBrought(code);
    const { userId, epoch, methods, providerId, providerSignInId } = spent;
    if (!isVerifierOf(spent, codeVerifier)) return this.refuse(providerId, 'verifier_mismatch');
    const signIn = await this.providerSignIns.lockIfCurrent(providerSignInId);
    if (signIn === null) return this.refuse(providerId, 'provider_changed');
    const user = await this.credentials.findById(userId);
    if (user?.epoch !== epoch) return this.refuse(providerId, 'account_changed');
    const { authTime } = signIn;
    const identity = { user, methods, authTime, providerId, providerSignInId, source: 'unknown' } as const;
    const result = await this.signIn.proceed(identity, origin);
    if (result.kind === 'authenticated') await this.attach(code, result.grant.session.id);
    return result;
  }

  /** The second use may come while the first is not done: whichever of the two is later ends the session. */
  private async attach(code: string, sessionId: string): Promise<void> {
    if (await this.codes.attach(code, sessionId)) return;
    await this.sessions.endQuietly(sessionId, 'code_reused');
    throw new DomainError('AUTH.INVALID_CODE');
  }

  private async endWhatItBrought(code: string): Promise<never> {
    const reused = await this.codes.markReused(code);
    if (reused !== null) {
      const { userId, sessionId } = reused;
      await this.events.publish(new SsoCodeReusedEvent(userId, sessionId ?? undefined));
      if (sessionId !== null) await this.sessions.endQuietly(sessionId, 'code_reused');
    }
    throw new DomainError('AUTH.INVALID_CODE');
  }

  private async refuse(providerId: string, reason: string): Promise<never> {
    await this.events.publish(new SsoRefusedEvent(providerId, reason));
    throw new DomainError('AUTH.INVALID_CODE');
  }
}

/**
 * RFC 7636 §4.6, S256 alone. Neither side of the comparison is a secret once the verifier was shown. A code without a
 * challenge goes to no client that has a verifier: it is not the one that this client waits for (RFC 9700 §4.8.2).
 */
function isVerifierOf({ codeChallenge }: SsoCode, codeVerifier: string | null): boolean {
  return codeChallenge === (codeVerifier === null ? '' : sha256(codeVerifier).toString('base64url'));
}
