import type { SamlConfig, SamlSecrets } from './saml-config';

type KeyPair = NonNullable<SamlSecrets['signing']>;

/** One identity provider, and who we are to it. */
export interface SamlSettings extends SamlConfig {
  readonly ourEntityId: string;
  readonly acsUrl: string;
  readonly signing: KeyPair | null;
  readonly decryption: KeyPair | null;
}

/** `baseUrl` is where browsers reach this service; what a provider knows us by is below it, one for each record. */
export function samlSettings(
  slug: string,
  config: SamlConfig,
  secrets: SamlSecrets,
  baseUrl: string,
): SamlSettings {
  const ours = `${baseUrl}/v1/auth/saml/${slug}`;
  return {
    ...config,
    ourEntityId: `${ours}/metadata`,
    acsUrl: `${ours}/acs`,
    signing: secrets.signing ?? null,
    decryption: secrets.decryption ?? null,
  };
}
