import { ValidateInResponseTo, type PassportSamlConfig } from '@node-saml/passport-saml';
import { PERSISTENT } from './saml-namespaces';
import type { SamlSettings } from './saml-settings';

/**
 * Our settings in the library's terms. What it would check in a memory of its own (requests, for one process) is
 * switched off: the database decides that.
 */
export function samlOptions(settings: SamlSettings): PassportSamlConfig {
  return {
    entryPoint: settings.ssoUrl,
    issuer: settings.ourEntityId,
    callbackUrl: settings.acsUrl,
    audience: settings.ourEntityId,
    idpIssuer: settings.entityId,
    idpCert: [...settings.idpCertificates],
    wantAuthnResponseSigned: settings.wantResponseSigned,
    wantAssertionsSigned: settings.wantAssertionsSigned,
    acceptedClockSkewMs: settings.clockSkewSeconds * 1_000,
    validateInResponseTo: ValidateInResponseTo.never,
    identifierFormat: settings.attributes.id === undefined ? PERSISTENT : null,
    disableRequestedAuthnContext: true,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    // Only DEFLATE in the redirect binding; a form carries the request as it is (SAML bindings §3.5.4).
    skipRequestCompression: settings.ssoBinding === 'post',
    ...(settings.signing !== undefined && {
      privateKey: settings.signing.privateKeyPem,
      publicCert: settings.signing.certificatePem,
    }),
    ...(settings.decryption !== undefined && { decryptionPvk: settings.decryption.privateKeyPem }),
  };
}
