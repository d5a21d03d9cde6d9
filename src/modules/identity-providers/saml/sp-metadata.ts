import { generateServiceProviderMetadata } from '@node-saml/passport-saml';
import { samlOptions } from './saml-options';
import type { SamlSettings } from './saml-settings';

/** Who we are, for the provider's administrator to import: names, addresses, certificates; no secrets. */
export function spMetadata(settings: SamlSettings): string {
  const { signing, decryption } = settings;
  return generateServiceProviderMetadata({
    ...samlOptions(settings),
    publicCerts: signing?.certificatePem ?? null,
    decryptionCert: decryption?.certificatePem ?? null,
  });
}
