import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { authConfig } from '../../../config/auth.config';
import { AccessTokensService } from '../tokens/access-tokens.service';
import { TokenIssuer } from '../tokens/token-issuer';
import { toVerifiedToken, type VerifiedToken } from '../tokens/verified-token';

/** Verifies an access token at first sight (RFC 9068 §4, RFC 8725). Whether it was revoked is the guard's to ask. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    @Inject(authConfig.KEY) config: ConfigType<typeof authConfig>,
    issuer: TokenIssuer,
    private readonly tokens: AccessTokensService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      issuer: issuer.id,
      audience: config.audience,
      algorithms: ['ES256', 'RS256'],
      secretOrKeyProvider: (_request, token: string, done) => {
        try {
          const { publicKey } = tokens.keyFor(token);
          done(null, publicKey as unknown as string);
        } catch (error) {
          done(error);
        }
      },
    });
  }

  validate(payload: unknown): VerifiedToken {
    return toVerifiedToken(this.tokens.parseClaims(payload));
  }
}
