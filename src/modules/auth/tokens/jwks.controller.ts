import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { signingKeysConfig } from '../../../config/signing-keys.config';
import { JwksResponse } from '../dto/auth.schemas';
import { KeyRing } from './key-ring';

@ApiTags('auth')
@Controller('.well-known')
export class JwksController {
  constructor(
    @Inject(signingKeysConfig.KEY) private readonly config: ConfigType<typeof signingKeysConfig>,
    private readonly keys: KeyRing,
  ) {}

  @Get('jwks.json')
  @Public()
  @ApiContract({
    summary: 'The public keys of our access tokens (RFC 7517)',
    description:
      'A key is listed before it signs, for longer than this answer may be cached, and until its last token has died.',
    response: JwksResponse,
  })
  read(@Res({ passthrough: true }) reply: FastifyReply): JwksResponse {
    void reply.header('cache-control', `public, max-age=${this.config.publicKeysMaxAgeSeconds}`);
    return { keys: this.keys.publicKeys().map((key) => ({ ...key })) };
  }
}
