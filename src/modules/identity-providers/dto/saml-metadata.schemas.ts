import { z } from 'zod';

export const ImportMetadataBody = z.strictObject({ xml: z.string().min(1).max(1_100_000) }).meta({
  id: 'ImportSamlMetadataBody',
  examples: [{ xml: '<EntityDescriptor entityID="https://idp.example">…' }],
});
export type ImportMetadataBody = z.infer<typeof ImportMetadataBody>;

export const ImportedMetadataResponse = z
  .strictObject({
    entityId: z.string(),
    ssoUrl: z.string(),
    ssoBinding: z.enum(['redirect', 'post']),
    idpCertificates: z.array(z.string()),
  })
  .meta({
    id: 'ImportedSamlMetadata',
    examples: [
      {
        entityId: 'https://idp.example',
        ssoUrl: 'https://idp.example/sso',
        ssoBinding: 'redirect',
        idpCertificates: ['-----BEGIN CERTIFICATE-----\nMIIC…\n-----END CERTIFICATE-----\n'],
      },
    ],
  });
export type ImportedMetadataResponse = z.infer<typeof ImportedMetadataResponse>;
