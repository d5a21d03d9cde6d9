import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { hasStrongKey, STRONG_KEY } from '../certificates/certificate';
import { defineKind, sharedConfigFields } from '../kind-definition';

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

export const samlKind = defineKind({
  id: 'SamlConfig',
  fields: {
    ...sharedConfigFields,
    entityId: z.string().min(1).max(1_024).describe('The issuer that every response must name.'),
    ssoUrl: browserUrl.describe('Where sign-ins begin.'),
    ssoBinding: z.enum(['redirect', 'post']).default('redirect'),
    idpCertificates: z
      .array(certificatePem)
      .min(1)
      .max(MAX_CERTIFICATES)
      .describe(
        'Each of an RSA key of 2,048 bits or more. A signature by the key of any holds: add the next before a rollover.',
      ),
    wantAssertionsSigned: z.boolean().default(true),
    wantResponseSigned: z.boolean().default(false),
    allowIdpInitiated: z
      .boolean()
      .default(false)
      .describe('Whether responses that nobody asked for are taken: sign-ins that begin at the provider.'),
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
      .default({})
      .describe('Which attributes of an assertion say what.'),
    contextMethods: z
      .record(z.string().max(500), z.array(z.string().regex(/^[a-z]{1,20}$/)).max(10))
      .default({})
      .describe(
        'The methods (RFC 8176) that an AuthnContextClassRef means. They count as far as they are trusted.',
      ),
  },
  secretFields: {
    signing: keyPair.optional().describe('Our key and certificate to sign requests with.'),
    decryption: keyPair.optional().describe('Our key and certificate for encrypted assertions.'),
  },
  secretsGoTo: [],
  check: ({ idpCertificates, signing, decryption }) =>
    [
      ...idpCertificates.map((pem, index) => ({ field: `idpCertificates/${index}`, pem })),
      ...Object.entries({ signing, decryption }).map(([field, keys]) => ({
        field: `${field}/certificatePem`,
        pem: keys?.certificatePem,
      })),
    ]
      .filter(({ pem }) => pem !== undefined && !hasStrongKey(pem))
      .map(({ field }) => ({ field, code: 'weak_key', message: `must hold ${STRONG_KEY}` })),
});

export type SamlConfig = ReturnType<typeof samlKind.parse>;

function parses(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
