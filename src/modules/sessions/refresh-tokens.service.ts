import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import { SecretBox, sha256 } from '../../infrastructure/crypto';
import { Database } from '../../infrastructure/database';
import { SessionRefreshedEvent } from './events/session.events';
import { RefreshGrace } from './refresh-grace';
import { RefreshRotation } from './refresh-rotation';
import { mintRefreshToken, sessionOfRefreshToken } from './refresh-token';
import type { Rotation } from './refresh-tokens.repository';
import type { SessionGrant } from './session-grant';
import { SessionsService } from './sessions.service';

/** Exchanges refresh tokens. */
@Injectable()
export class RefreshTokensService {
  constructor(
    private readonly box: SecretBox,
    private readonly rotation: RefreshRotation,
    private readonly grace: RefreshGrace,
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Spends `refreshToken` for a successor. A spent one that comes back after its grace ends the session: we cannot
   * tell the thief from the owner, so both lose (RFC 9700 §4.14.2).
   *
   * @throws DomainError `AUTH.INVALID_REFRESH_TOKEN`
   */
  async refresh(refreshToken: string): Promise<SessionGrant> {
    const sessionId = sessionOfRefreshToken(this.box, refreshToken);
    if (sessionId === null) throw new DomainError('AUTH.INVALID_REFRESH_TOKEN');
    const successor = mintRefreshToken(this.box, sessionId);
    const rotation = {
      sessionId,
      presentedHash: sha256(refreshToken),
      successorHash: sha256(successor),
      sealedSuccessor: this.grace.seal(refreshToken, successor),
    };
    const session =
      (await this.rotation.rotate(rotation)) ??
      (await this.database.transaction(() => this.rotation.rotateAlone(rotation)));
    if (session === null) return this.answerSpent(refreshToken, rotation);
    this.grace.keep(sessionId);
    return { session, refreshToken: successor };
  }

  private async answerSpent(spent: string, { sessionId, presentedHash }: Rotation): Promise<SessionGrant> {
    const grant = await this.grace.find(sessionId, spent, presentedHash);
    if (grant === null) {
      await this.sessions.endIfReused(sessionId, presentedHash);
      throw new DomainError('AUTH.INVALID_REFRESH_TOKEN');
    }
    await this.events.publish(new SessionRefreshedEvent(sessionId, grant.session.userId, 'retried'));
    return grant;
  }
}
