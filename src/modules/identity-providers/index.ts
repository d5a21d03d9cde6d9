export type { ExternalProfile } from './external-profile';
export type { IdentityProvider, ProviderOf } from './identity-provider';
export { IdentityProvidersModule } from './identity-providers.module';
export { mappedProfile, type MappedProfile } from './mapping/mapped-profile';
export { ProviderDirectory } from './provider-directory';
export { ProviderDrivers } from './provider-drivers';
