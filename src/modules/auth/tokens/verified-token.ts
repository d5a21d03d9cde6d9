import type { Principal } from '../../../common/access';
import type { AccessToken } from './access-tokens.service';
import type { VerificationKey } from './signing-key';

/** What is kept of a token whose signature and claims were once found right. */
export interface VerifiedToken {
  readonly principal: Principal;
  readonly tokenId: string;
  /** Tells whether the ring still holds the key that the signature was verified with. */
  readonly key: VerificationKey;
  readonly epoch: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export function toVerifiedToken({ claims, key }: AccessToken): VerifiedToken {
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
    key,
    epoch: claims.epoch,
    expiresAt: claims.exp,
  };
}
