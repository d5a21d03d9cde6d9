import type { SamlAttributeNames } from './saml-identity';

export interface SamlKeyPair {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

/** One identity provider, and who we are to it. */
export interface SamlSettings {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly ssoBinding: 'redirect' | 'post';
  /** All are accepted: an old and a new one while the provider rolls over. */
  readonly idpCertificates: readonly string[];
  readonly wantResponseSigned: boolean;
  readonly wantAssertionsSigned: boolean;
  readonly clockSkewSeconds: number;
  readonly attributes: SamlAttributeNames;
  readonly ourEntityId: string;
  readonly acsUrl: string;
  readonly signing: SamlKeyPair | null;
  readonly decryption: SamlKeyPair | null;
}
