import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { JwksResponse } from '../dto/auth.schemas';
import { SigningKeysService } from './signing-keys.service';

@ApiTags('auth')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: SigningKeysService) {}

  @Get('jwks.json')
  @Public()
  @Header('Cache-Control', 'public, max-age=300')
  @ApiContract({ summary: 'The public keys of our access tokens (RFC 7517)', response: JwksResponse })
  read(): JwksResponse {
    return { keys: this.keys.publicKeys().map((key) => ({ ...key })) };
  }
}
