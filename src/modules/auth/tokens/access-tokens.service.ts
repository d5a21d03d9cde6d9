import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { decode, sign, verify } from 'jsonwebtoken';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { DomainError } from '../../../common/errors';
import { authConfig } from '../../../config/auth.config';
import { Clock } from '../../../infrastructure/clock';
import type { SessionState } from '../../sessions';
import { ACCESS_TOKEN_TYPE, AccessClaims } from './access-claims';
import { SigningKeysService, type VerificationKey } from './signing-keys.service';
import { TokenIssuer } from './token-issuer';

/** Nothing but these: `jku`, `jwk`, `x5u`, `x5c` and `crit` would let the token choose its own key or rules. */
const Header = z.strictObject({
  alg: z.string(),
  typ: z.literal(ACCESS_TOKEN_TYPE),
  kid: z.string().max(100),
});

@Injectable()
export class AccessTokensService {
  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly keys: SigningKeysService,
    private readonly issuer: TokenIssuer,
    private readonly clock: Clock,
  ) {}

  /** A signed access token that says who is behind `session` and how surely. */
  issue(session: SessionState): { accessToken: string; expiresIn: number } {
    const { kid, algorithm, privateKey } = this.keys.signingKey;
    const iat = this.clock.nowSeconds();
    const claims: AccessClaims = {
      iss: this.issuer.id,
      aud: this.config.audience,
      sub: session.userId,
      sid: session.id,
      jti: uuidv7(),
      iat,
      exp: iat + this.config.accessTtlSeconds,
      auth_time: session.authTime,
      acr: session.acr,
      amr: [...session.methods],
      epoch: session.epoch,
    };
    const header = { alg: algorithm, typ: ACCESS_TOKEN_TYPE, kid };
    return {
      accessToken: sign(claims, privateKey, { algorithm, header }),
      expiresIn: this.config.accessTtlSeconds,
    };
  }

  /**
   * The key that `token` must be verified with, chosen by its header alone and bound to one algorithm.
   *
   * @throws DomainError `AUTH.TOKEN_INVALID`
   */
  keyFor(token: string): VerificationKey {
    const header = Header.safeParse(decode(token, { complete: true })?.header);
    const key = header.success ? this.keys.findVerificationKey(header.data.kid) : undefined;
    if (key === undefined || key.algorithm !== header.data?.alg || !hasCanonicalSignature(token)) {
      throw new DomainError('AUTH.TOKEN_INVALID');
    }
    return key;
  }

  /** @throws DomainError `AUTH.TOKEN_INVALID` when the claims are not what we issue. */
  parseClaims(payload: unknown): AccessClaims {
    const claims = AccessClaims.safeParse(payload);
    if (!claims.success) throw new DomainError('AUTH.TOKEN_INVALID');
    return claims.data;
  }

  /** The session of a token that we signed, even if it has expired; null otherwise. For logout only. */
  sessionOf(token: string): string | null {
    try {
      const { publicKey, algorithm } = this.keyFor(token);
      const options = { algorithms: [algorithm], issuer: this.issuer.id, audience: this.config.audience };
      return this.parseClaims(verify(token, publicKey, { ...options, ignoreExpiration: true })).sid;
    } catch {
      return null;
    }
  }
}

/** Base64url leaves bits unused at its end, so one signature has several spellings; only one is the token's. */
function hasCanonicalSignature(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}
