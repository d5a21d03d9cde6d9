import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const MAX_CERTIFICATES = 5;

/** Where a browser is sent: never a script, and in the clear only on this machine. */
const browserUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((value) => {
    const { protocol, hostname, username, hash } = new URL(value);
    return (protocol === 'https:' || LOOPBACK.has(hostname)) && username === '' && hash === '';
  }, 'must be an https URL without credentials or fragment');

const certificatePem = z
  .string()
  .max(20_000)
  .refine((pem) => parses(() => new X509Certificate(pem)), 'must be one certificate as PEM');

const keyPair = z
  .strictObject({
    privateKeyPem: z
      .string()
      .max(20_000)
      .refine((pem) => parses(() => createPrivateKey(pem)), 'must be a private key as PEM, not encrypted'),
    certificatePem,
  })
  .refine(
    ({ privateKeyPem, certificatePem: pem }) =>
      parses(() => {
        const key = createPrivateKey(privateKeyPem);
        if (key.asymmetricKeyType !== 'rsa' || !new X509Certificate(pem).checkPrivateKey(key))
          throw new Error();
      }),
    'must be an RSA key and the certificate of the same key',
  );

const attributeName = z.string().min(1).max(500);

/** What an administrator says of a SAML identity provider, its secrets left out. */
export const SamlConfig = z
  .strictObject({
    entityId: z.string().min(1).max(1_024),
    ssoUrl: browserUrl,
    ssoBinding: z.enum(['redirect', 'post']).default('redirect'),
    idpCertificates: z
      .array(certificatePem)
      .min(1)
      .max(MAX_CERTIFICATES)
      .describe('A signature by the key of any of these holds: put the next one here before a rollover.'),
    wantAssertionsSigned: z.boolean().default(true),
    wantResponseSigned: z.boolean().default(false),
    clockSkewSeconds: z.number().int().min(0).max(60).default(30),
    attributes: z
      .strictObject({
        id: attributeName.describe('Never given to anybody else. The persistent NameID where left out.'),
        username: attributeName,
        email: attributeName,
        displayName: attributeName,
        groups: attributeName,
      })
      .partial()
      .default({}),
    trustedContexts: z
      .record(z.string().max(500), z.array(z.string().regex(/^[a-z]{1,20}$/)).max(10))
      .default({})
      .describe(
        'Which methods (RFC 8176) an AuthnContextClassRef of this provider is trusted to have proved.',
      ),
  })
  .meta({ id: 'SamlConfig' });
export type SamlConfig = z.infer<typeof SamlConfig>;

/** Our keys towards a provider; written, sealed, and never answered. */
export const SamlSecrets = z
  .strictObject({ signing: keyPair, decryption: keyPair })
  .partial()
  .meta({ id: 'SamlSecrets' });
export type SamlSecrets = z.infer<typeof SamlSecrets>;

function parses(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
