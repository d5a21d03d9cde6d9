import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { uuidField } from '../../../common/validation';
import type { StoredProvider } from '../identity-providers.repository';
import { Mapping } from '../mapping/mapping';
import { PROVIDER_KINDS } from '../provider-kinds';

const shared = {
  id: uuidField,
  slug: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  domains: z.array(z.string()),
  mappings: z.array(Mapping),
  trustedMethods: z.array(z.string()),
  version: z.number().int(),
};

export const IdentityProviderResponse = z
  .union([
    z.strictObject({ kind: z.literal('ldap'), ...shared, config: PROVIDER_KINDS.ldap.publicSchema }),
    z.strictObject({ kind: z.literal('saml'), ...shared, config: PROVIDER_KINDS.saml.publicSchema }),
    z.strictObject({ kind: z.literal('oidc'), ...shared, config: PROVIDER_KINDS.oidc.publicSchema }),
  ])
  .meta({
    id: 'IdentityProvider',
    examples: [
      {
        id: '0192f0c4-3e4f-7a5b-8c6d-7e8f9a0b1c2e',
        kind: 'ldap',
        slug: 'corporate',
        name: 'Example Inc.',
        enabled: true,
        domains: ['example.com'],
        mappings: [],
        trustedMethods: [],
        version: 1,
        config: {
          jitProvisioning: true,
          urls: ['ldaps://directory.example.com:636'],
          tls: 'ldaps',
          bindDn: 'cn=portcullis,ou=services,dc=example,dc=com',
          searchBase: 'ou=people,dc=example,dc=com',
          searchFilter: '(uid={{username}})',
          stableId: 'entryUUID',
          attributes: { username: 'uid', email: 'mail', displayName: 'cn' },
        },
      },
    ],
  });
export type IdentityProviderResponse = z.infer<typeof IdentityProviderResponse>;

export const IdentityProviderPage = pageOf('IdentityProviderPage', IdentityProviderResponse);
export type IdentityProviderPage = z.infer<typeof IdentityProviderPage>;

export const ProviderDiagnosisResponse = z
  .strictObject({
    ok: z.boolean(),
    steps: z.array(
      z.strictObject({
        step: z.string(),
        ok: z.boolean(),
        message: z.string().describe('Says what to look at.'),
      }),
    ),
  })
  .meta({
    id: 'ProviderDiagnosis',
    examples: [
      {
        ok: false,
        steps: [
          {
            step: 'connect',
            ok: false,
            message: 'ldaps://directory.example.com:636: the certificate has expired',
          },
        ],
      },
    ],
  });
export type ProviderDiagnosisResponse = z.infer<typeof ProviderDiagnosisResponse>;

/** Without the secrets, which are nowhere in a stored configuration. */
export function toIdentityProviderResponse(provider: StoredProvider): IdentityProviderResponse {
  const { id, kind, slug, name, enabled, domains, mappings, trustedMethods, config, version } = provider;
  return {
    id,
    kind,
    slug,
    name,
    enabled,
    domains,
    mappings,
    trustedMethods,
    config,
    version,
  } as IdentityProviderResponse;
}
