import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../../common/access';
import { ApiContract, RouteOptions } from '../../../common/http';
import { ImportMetadataBody, ImportedMetadataResponse } from '../dto/saml-metadata.schemas';
import { importMetadata } from './idp-metadata';

const MAX_BODY_BYTES = 1_200_000;

@ApiTags('identity providers')
@Controller('v1/identity-providers')
export class SamlMetadataController {
  @Post('saml-metadata')
  @RequirePermission('identity-providers:manage')
  @RouteOptions({ maxBodyBytes: MAX_BODY_BYTES })
  @ApiContract({
    summary: 'Read the metadata of a SAML identity provider',
    description:
      'Answers the fields of a configuration, and stores nothing. Fetches nothing: the text is in the body.',
    response: ImportedMetadataResponse,
    errors: ['PROVIDER.METADATA_INVALID'],
  })
  read(@Body({ schema: ImportMetadataBody }) { xml }: ImportMetadataBody): ImportedMetadataResponse {
    return importMetadata(xml);
  }
}
