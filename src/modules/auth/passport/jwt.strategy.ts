import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { authConfig } from '../../../config/auth.config';
import { AccessTokensService } from '../tokens/access-tokens.service';
import { TokenIssuer } from '../tokens/token-issuer';
import { toVerifiedToken, type VerifiedToken } from '../tokens/verified-token';

const bearerToken = ExtractJwt.fromAuthHeaderAsBearerToken();

type PassportRequest = Parameters<typeof bearerToken>[0];

/** Verifies an access token at first sight (RFC 9068 §4, RFC 8725). Whether it was revoked is the guard's to ask. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    @Inject(authConfig.KEY) config: ConfigType<typeof authConfig>,
    issuer: TokenIssuer,
    private readonly tokens: AccessTokensService,
  ) {
    super({
      jwtFromRequest: bearerToken,
      issuer: issuer.id,
      audience: config.audience,
      algorithms: ['ES256', 'RS256'],
      // It knows the clock of the machine only. The guard judges `exp`, on every request.
      ignoreExpiration: true,
      passReqToCallback: true,
      secretOrKeyProvider: (_request, token: string, done) => {
        tokens.keyFor(token).then(({ publicKey }) => {
          done(null, publicKey as unknown as string);
        }, done);
      },
    });
  }

  async validate(request: PassportRequest, payload: unknown): Promise<VerifiedToken> {
    const key = await this.tokens.keyFor(bearerToken(request) ?? '');
    return toVerifiedToken({ claims: this.tokens.parseClaims(payload), key });
  }
}
