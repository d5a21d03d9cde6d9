import type { SamlConfig } from './saml-config';

/** One identity provider, and who we are to it. */
export interface SamlSettings extends Omit<SamlConfig, 'jitProvisioning' | 'allowIdpInitiated'> {
  readonly ourEntityId: string;
  readonly acsUrl: string;
}

/** `baseUrl` is where browsers reach this service; what a provider knows us by is below it, one for each record. */
export function samlSettings(slug: string, config: SamlConfig, baseUrl: string): SamlSettings {
  const ours = `${baseUrl}/v1/auth/saml/${slug}`;
  return { ...config, ourEntityId: `${ours}/metadata`, acsUrl: `${ours}/acs` };
}
