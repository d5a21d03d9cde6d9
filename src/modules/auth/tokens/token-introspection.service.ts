import { Injectable } from '@nestjs/common';
import type { IntrospectionResponse } from '../dto/token.schemas';
import { AccessTokensService } from './access-tokens.service';
import { RevocationState } from './revocation-state';
import { toVerifiedToken } from './verified-token';

/** What a resource server may learn of a token that it was shown (RFC 7662). */
@Injectable()
export class TokenIntrospectionService {
  constructor(
    private readonly tokens: AccessTokensService,
    private readonly revocation: RevocationState,
  ) {}

  /** Of a token that is dead, foreign or malformed nothing but that it is not active (§2.2). */
  async introspect(token: string): Promise<IntrospectionResponse> {
    const verified = await this.tokens.verify(token);
    if (verified === null || (await this.revocation.isRevoked(toVerifiedToken(verified)))) {
      return { active: false };
    }
    const { iss, aud, sub, jti, sid, iat, exp, auth_time, acr, amr } = verified.claims;
    return { active: true, token_type: 'Bearer', iss, aud, sub, jti, sid, iat, exp, auth_time, acr, amr };
  }
}
