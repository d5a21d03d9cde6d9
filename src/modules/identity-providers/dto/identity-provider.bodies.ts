import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { Mapping } from '../mapping/mapping';
import { PROVIDER_KINDS } from '../provider-kinds';

const slugField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens')
  .describe('The name of the provider in the addresses of its routes.')
  .meta({ examples: ['corporate'] });

const nameField = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{C}]+$/u, 'must hold no control characters')
  .meta({ examples: ['Example Inc.'] });

const domainField = z
  .string()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be a domain')
  .meta({ examples: ['example.com'] });

const methodField = z.string().regex(/^[a-z0-9_-]{1,50}$/, 'must be an authentication method of RFC 8176');

const domains = z.array(domainField).max(100);
const mappings = z.array(Mapping).max(200);
const trustedMethods = z.array(methodField).max(20);

const shared = {
  slug: slugField,
  name: nameField,
  enabled: z.boolean().default(true),
  domains: domains.default([]),
  mappings: mappings.default([]),
  trustedMethods: trustedMethods.default([]),
};

export const CreateIdentityProviderBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ldap'), ...shared, config: PROVIDER_KINDS.ldap.schema }),
    z.strictObject({ kind: z.literal('saml'), ...shared, config: PROVIDER_KINDS.saml.schema }),
    z.strictObject({ kind: z.literal('oidc'), ...shared, config: PROVIDER_KINDS.oidc.schema }),
  ])
  .meta({
    id: 'CreateIdentityProviderBody',
    examples: [
      {
        kind: 'ldap',
        slug: 'corporate',
        name: 'Example Inc.',
        domains: ['example.com'],
        config: {
          urls: ['ldaps://directory.example.com:636'],
          tls: 'ldaps',
          bindDn: 'cn=portcullis,ou=services,dc=example,dc=com',
          bindPassword: 'a secret of the directory',
          searchBase: 'ou=people,dc=example,dc=com',
          jitProvisioning: true,
        },
      },
    ],
  });
export type CreateIdentityProviderBody = z.infer<typeof CreateIdentityProviderBody>;

export const UpdateIdentityProviderBody = z
  .strictObject({
    slug: slugField.exactOptional(),
    name: nameField.exactOptional(),
    enabled: z.boolean().exactOptional(),
    domains: domains.exactOptional(),
    mappings: mappings.exactOptional(),
    trustedMethods: trustedMethods.exactOptional(),
    config: z
      .record(z.string().max(100), z.unknown())
      .exactOptional()
      .describe('The fields that change; null takes one away. Secrets that are left out stay as they are.'),
  })
  .meta({ id: 'UpdateIdentityProviderBody', examples: [{ enabled: false }] });
export type UpdateIdentityProviderBody = z.infer<typeof UpdateIdentityProviderBody>;

export const ListIdentityProvidersQuery = z
  .strictObject(pageQueryFields)
  .meta({ id: 'ListIdentityProvidersQuery', examples: [{ limit: 50 }] });
export type ListIdentityProvidersQuery = z.infer<typeof ListIdentityProvidersQuery>;
