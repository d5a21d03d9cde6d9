import { Injectable } from '@nestjs/common';
import { EventPublisher } from '../../../common/events';
import { ChangeFeed } from '../../../infrastructure/change-feed';
import { Database } from '../../../infrastructure/database';
import { SessionsService } from '../../sessions';
import { TokenRevokedEvent } from '../events/token-revoked.event';
import type { AccessClaims } from './access-claims';
import { AccessTokensService } from './access-tokens.service';
import { RevokedTokensRepository } from './revoked-tokens.repository';

/** Revocation of single tokens (RFC 7009). */
@Injectable()
export class TokenRevocationService {
  constructor(
    private readonly tokens: AccessTokensService,
    private readonly revoked: RevokedTokensRepository,
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Kills an access token alone, or with a refresh token its session and all tokens of it (RFC 7009 §2.1). Says nothing
   * of what it found: a token that is unknown, foreign or dead already is as revoked as it can be (§2.2).
   */
  async revoke(token: string): Promise<void> {
    await this.sessions.revokeByRefreshToken(token);
    const verified = await this.tokens.verify(token);
    if (verified !== null) await this.revokeAccessToken(verified.claims);
  }

  private async revokeAccessToken({ jti, sub, exp }: AccessClaims): Promise<void> {
    await this.database.transaction(async () => {
      if (!(await this.revoked.insert(jti, exp))) return;
      await this.feed.append('token.revoked', [jti]);
      await this.events.publish(new TokenRevokedEvent(jti, sub));
    });
  }
}
