import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission, SENSITIVE } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { kidField, SigningKeyPage, toSigningKeyPage } from '../dto/signing-key.schemas';
import { SigningKeysService } from './signing-keys.service';

@ApiTags('signing-keys')
@Controller('v1/signing-keys')
export class SigningKeysController {
  constructor(private readonly keys: SigningKeysService) {}

  @Get()
  @RequirePermission('signing-keys:read')
  @ApiContract({
    summary: 'List the keys that sign access tokens, or did a short while ago',
    description:
      'next → active → retiring → gone; a revoked key is shown until its last token would have died.',
    response: SigningKeyPage,
  })
  async list(): Promise<SigningKeyPage> {
    return toSigningKeyPage(await this.keys.list());
  }

  @Post('rotate')
  @RequirePermission('signing-keys:rotate')
  @ApiContract({
    summary: 'Publish the next signing key',
    description:
      'It signs once it has been published for `SIGNING_KEY_LEAD_SECONDS`; no token is refused on the way. Does ' +
      'nothing while a next key is published already.',
    status: 204,
  })
  rotate(): Promise<void> {
    return this.keys.rotate();
  }

  @Post(':kid/revoke')
  @RequirePermission('signing-keys:revoke', { stepUp: SENSITIVE })
  @ApiContract({
    summary: 'Revoke a signing key in an emergency',
    description:
      'Every access token that it signed is dead at once, your own included; sessions live on and refresh. Where it ' +
      'is the active key, the next one, or a new one, signs from now on.',
    status: 204,
    errors: ['AUTH.SIGNING_KEY_NOT_FOUND'],
  })
  revoke(@Param('kid', { schema: kidField }) kid: string): Promise<void> {
    return this.keys.revoke(kid);
  }
}
