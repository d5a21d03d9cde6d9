import { ldapKind, type LdapConfig } from './ldap/ldap-config';
import { oidcKind, type OidcConfig } from './oidc/oidc-config';
import { samlKind, type SamlConfig } from './saml/saml-config';

export interface ConfigOf {
  readonly ldap: LdapConfig;
  readonly saml: SamlConfig;
  readonly oidc: OidcConfig;
}

export type ProviderKind = keyof ConfigOf;

export const PROVIDER_KINDS = { ldap: ldapKind, saml: samlKind, oidc: oidcKind } as const;
