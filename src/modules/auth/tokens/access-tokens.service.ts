import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { JsonWebTokenError, sign, verify } from 'jsonwebtoken';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { DomainError } from '../../../common/errors';
import { authConfig } from '../../../config/auth.config';
import { Clock } from '../../../infrastructure/clock';
import type { SessionState } from '../../sessions';
import { ACCESS_TOKEN_TYPE, AccessClaims } from './access-claims';
import { KeyRing } from './key-ring';
import type { VerificationKey } from './signing-key';
import { TokenIssuer } from './token-issuer';

/** Nothing but these: `jku`, `jwk`, `x5u`, `x5c` and `crit` would let the token choose its own key or rules. */
const Header = z.strictObject({
  alg: z.string(),
  typ: z.literal(ACCESS_TOKEN_TYPE),
  // The form of RFC 7638, in which all our ids are.
  kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** How far the clocks of our processes may differ: a token from further ahead is not believed. */
const MAX_CLOCK_SKEW_SECONDS = 60;

export interface AccessToken {
  readonly claims: AccessClaims;
  readonly key: VerificationKey;
}

@Injectable()
export class AccessTokensService {
  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly keys: KeyRing,
    private readonly issuer: TokenIssuer,
    private readonly clock: Clock,
  ) {}

  /** A signed access token that says who is behind `session` and how surely, and does not outlive it. */
  issue(session: SessionState): { accessToken: string; expiresIn: number } {
    const { kid, algorithm, privateKey } = this.keys.signingKey;
    const iat = this.clock.nowSeconds();
    const expiresIn = Math.min(this.config.accessTtlSeconds, session.remainingSeconds);
    const claims: AccessClaims = {
      iss: this.issuer.id,
      aud: this.config.audience,
      sub: session.userId,
      sid: session.id,
      jti: uuidv7(),
      iat,
      exp: iat + expiresIn,
      auth_time: session.authTime,
      acr: session.acr,
      amr: [...session.methods],
      epoch: session.epoch,
    };
    const header = { alg: algorithm, typ: ACCESS_TOKEN_TYPE, kid };
    return {
      accessToken: sign(claims, privateKey, { algorithm, header }),
      expiresIn,
    };
  }

  /**
   * The key that `token` must be verified with, chosen by its header alone and bound to one algorithm.
   *
   * @throws DomainError `AUTH.TOKEN_INVALID`
   */
  async keyFor(token: string): Promise<VerificationKey> {
    const header = Header.safeParse(headerOf(token));
    if (!header.success || !hasCanonicalSignature(token)) throw new DomainError('AUTH.TOKEN_INVALID');
    const key = await this.keys.find(header.data.kid);
    if (key?.algorithm !== header.data.alg) throw new DomainError('AUTH.TOKEN_INVALID');
    return key;
  }

  /** @throws DomainError `AUTH.TOKEN_INVALID` when the claims are not what we issue. */
  parseClaims(payload: unknown): AccessClaims {
    const claims = AccessClaims.safeParse(payload);
    if (!claims.success || claims.data.iat > this.clock.nowSeconds() + MAX_CLOCK_SKEW_SECONDS) {
      throw new DomainError('AUTH.TOKEN_INVALID');
    }
    return claims.data;
  }

  /** A token that we signed, for us, and that has not expired; null otherwise. It may have been revoked. */
  verify(token: string): Promise<AccessToken | null> {
    return this.verifySigned(token, false);
  }

  /** The session of a token that we signed, even if it has expired; null otherwise. For logout only. */
  async sessionOf(token: string): Promise<string | null> {
    return (await this.verifySigned(token, true))?.claims.sid ?? null;
  }

  private async verifySigned(token: string, ignoreExpiration: boolean): Promise<AccessToken | null> {
    try {
      const key = await this.keyFor(token);
      const payload = verify(token, key.publicKey, {
        algorithms: [key.algorithm],
        issuer: this.issuer.id,
        audience: this.config.audience,
        clockTimestamp: this.clock.nowSeconds(),
        ignoreExpiration,
      });
      return { claims: this.parseClaims(payload), key };
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}

/** The token is to blame; anything else (the database is away) is no answer about it. */
function isRefusal(error: unknown): boolean {
  return error instanceof DomainError ? error.kind === 'unauthenticated' : error instanceof JsonWebTokenError;
}

/** Undefined where it has none. Nothing else of the token is worth a look before its key is known. */
function headerOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** Base64url leaves bits unused at its end, so one signature has several spellings; only one is the token's. */
function hasCanonicalSignature(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}
