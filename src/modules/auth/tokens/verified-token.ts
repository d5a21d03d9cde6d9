import type { Principal } from '../../../common/access';
import type { AccessClaims } from './access-claims';

/** What is kept of a token whose signature and claims were once found right. */
export interface VerifiedToken {
  readonly principal: Principal;
  readonly tokenId: string;
  readonly epoch: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export function toVerifiedToken(claims: AccessClaims): VerifiedToken {
  return {
    principal: {
      subject: claims.sub,
      subjectType: 'user',
      sessionId: claims.sid,
      authTime: claims.auth_time,
      amr: claims.amr,
      acr: claims.acr,
    },
    tokenId: claims.jti,
    epoch: claims.epoch,
    expiresAt: claims.exp,
  };
}
