import type { IdentityProvider } from '../identity-provider';

/** A certificate that sign-ins through a provider depend on, in words for an administrator. */
export interface NamedCertificate {
  readonly name: string;
  readonly pem: string;
}

const ONE_OF_BUNDLE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Those in the record of a provider. What a server shows when it is connected to is not among them. */
export function certificatesOf(provider: IdentityProvider): readonly NamedCertificate[] {
  switch (provider.kind) {
    case 'saml': {
      const { idpCertificates, signing, decryption } = provider.config;
      return [
        ...idpCertificates.map((pem, index) => ({ name: `provider certificate ${index + 1}`, pem })),
        ...(signing === undefined ? [] : [{ name: 'our signing certificate', pem: signing.certificatePem }]),
        ...(decryption === undefined
          ? []
          : [{ name: 'our decryption certificate', pem: decryption.certificatePem }]),
      ];
    }
    case 'ldap': {
      const bundle = provider.config.caPem?.match(ONE_OF_BUNDLE) ?? [];
      return bundle.map((pem, index) => ({ name: `authority ${index + 1}`, pem }));
    }
    case 'oidc': {
      const pem = provider.config.clientKey?.certificatePem;
      return pem === undefined ? [] : [{ name: 'our client certificate', pem }];
    }
  }
}
