export type { ExternalProfile } from './external-profile';
export type { IdentityProvider, ProviderOf } from './identity-provider';
export { IdentityProvidersModule } from './identity-providers.module';
export { LdapDirectoryService } from './ldap/ldap-directory.service';
export { mappedProfile, type MappedProfile } from './mapping/mapped-profile';
export { OidcProviders } from './oidc/oidc-providers';
export { OidcRefusal } from './oidc/oidc-refusal';
export { ProviderDirectory } from './provider-directory';
export { ProviderDrivers } from './provider-drivers';
