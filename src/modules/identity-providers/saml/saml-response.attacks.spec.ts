import passport from 'passport';
import { SAML_ATTACKS } from '../../../../test/support/saml/attacks';
import { makeKeyPair } from '../../../../test/support/saml/certificates';
import {
  encode,
  TestIdp,
  type ResponseOptions,
  type TestRequest,
} from '../../../../test/support/saml/test-idp';
import type { SamlIdentity } from './saml-identity';
import { SamlRefusal } from './saml-refusal';
import { SamlResponseStrategy } from './saml-response.strategy';
import type { SamlSettings } from './saml-settings';

const idp = new TestIdp();
const ours = makeKeyPair();

const REQUEST: TestRequest = {
  acsUrl: 'https://id.example/v1/auth/saml/corp/acs',
  audience: 'https://id.example/v1/auth/saml/corp/metadata',
  inResponseTo: '_request-1',
};

const SETTINGS: SamlSettings = {
  entityId: idp.entityId,
  ssoUrl: 'https://idp.example/sso',
  ssoBinding: 'redirect',
  idpCertificates: [idp.keys.certificatePem],
  wantResponseSigned: false,
  wantAssertionsSigned: true,
  clockSkewSeconds: 60,
  attributes: {},
  contextMethods: {},
  ourEntityId: REQUEST.audience,
  acsUrl: REQUEST.acsUrl,
  decryption: ours,
};

const foreignMethod = (algorithm: string): string =>
  `<x:EncryptionMethod xmlns:x="urn:x" Algorithm="http://www.w3.org/2001/04/xmlenc#${algorithm}"/>`;
const CBC = foreignMethod('aes128-cbc');
const RSA_1_5 = foreignMethod('rsa-1_5');

/** Puts something before the first `place`. */
const before = (place: string, what: string) => (xml: string) => {
  const result = xml.replace(place, `${what}${place}`);
  if (result === xml) throw new Error(`There is no ${place}`);
  return result;
};

/** What the strategy makes of a response: who is there, or why nobody is. */
async function verify(
  samlResponse: string,
  settings = SETTINGS,
  now = new Date(),
): Promise<SamlIdentity | string> {
  try {
    const strategy = SamlResponseStrategy.for(samlResponse, settings, now);
    return await new Promise((resolve, reject) => {
      const conclude = (error: unknown, identity?: SamlIdentity | false): void => {
        if (error instanceof Error) reject(error);
        else resolve(identity === false || identity === undefined ? 'nobody' : identity);
      };
      const authenticate = passport.authenticate(strategy, { session: false }, conclude) as (
        request: object,
        response: object,
        next: (error: unknown) => void,
      ) => void;
      authenticate({ body: { SAMLResponse: samlResponse }, query: {}, headers: {} }, {}, reject);
    });
  } catch (error) {
    if (error instanceof SamlRefusal) return error.reason;
    throw error;
  }
}

const verified = async (options: ResponseOptions, settings = SETTINGS): Promise<unknown> =>
  verify(encode(await idp.response(REQUEST, options)), settings);

describe('a SAML response', () => {
  describe('is believed', () => {
    it.each<[string, ResponseOptions, Partial<SamlSettings>]>([
      ['with a signed assertion', {}, {}],
      ['with a signed response, where that is enough', { sign: 'response' }, { wantAssertionsSigned: false }],
      ['with both signed', { sign: 'both' }, { wantResponseSigned: true }],
      ['with the signed assertion encrypted', { encryptFor: ours.certificatePem }, {}],
      [
        'with everything signed, and encrypted by CBC',
        {
          sign: 'both',
          encryptFor: ours.certificatePem,
          encryption: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
        },
        { wantResponseSigned: true },
      ],
      [
        'with the second of two certificates',
        {},
        { idpCertificates: [makeKeyPair().certificatePem, idp.keys.certificatePem] },
      ],
    ])('%s', async (_title, options, settings) => {
      await expect(verified(options, { ...SETTINGS, ...settings })).resolves.toMatchObject({
        externalId: 'subject-1',
        inResponseTo: REQUEST.inResponseTo,
      });
    });

    it('for what its attributes say', async () => {
      const attributes = { oid: ['17'], mail: ['a@example.com'], groups: ['one', 'two'] };
      const names = { id: 'oid', email: 'mail', groups: 'groups' };
      await expect(verified({ attributes }, { ...SETTINGS, attributes: names })).resolves.toMatchObject({
        externalId: '17',
        email: 'a@example.com',
        groups: ['one', 'two'],
      });
    });
  });

  describe('is refused (security.md I, T5)', () => {
    it.each(SAML_ATTACKS.map((attack) => [attack.name, attack] as const))(
      '%s',
      async (_name, { forge, reason }) => {
        const samlResponse = await forge(idp, REQUEST);
        const startedAt = performance.now();
        await expect(verify(samlResponse)).resolves.toBe(reason);
        expect(performance.now() - startedAt).toBeLessThan(500);
      },
    );

    it.each<[string, string, ResponseOptions, Partial<SamlSettings>]>([
      [
        'by the one certificate left after a rollover',
        'signature_invalid',
        {},
        { idpCertificates: [makeKeyPair().certificatePem] },
      ],
      ['encrypted for somebody else', 'decryption_failed', { encryptFor: makeKeyPair().certificatePem }, {}],
      [
        'encrypted where we have no key',
        'decryption_failed',
        { encryptFor: ours.certificatePem },
        { decryption: undefined },
      ],
      [
        'encrypted by CBC where no signature covers it',
        'encryption_algorithm',
        { encryptFor: ours.certificatePem, encryption: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc' },
        {},
      ],
      [
        'encrypted by one method, and said to be by another',
        'encryption_algorithm',
        { encryptFor: ours.certificatePem, editResponse: before('<xenc:EncryptionMethod', CBC) },
        {},
      ],
      [
        'with a key encrypted by one method, and said to be by another',
        'encryption_algorithm',
        { encryptFor: ours.certificatePem, editResponse: before('<e:EncryptionMethod', RSA_1_5) },
        {},
      ],
      [
        'with a second ciphertext',
        'encryption_algorithm',
        {
          encryptFor: ours.certificatePem,
          editResponse: before('<xenc:CipherData>', '<x:CipherValue xmlns:x="urn:x">AAAA</x:CipherValue>'),
        },
        {},
      ],
      [
        'with the signed assertion inside a forged one, inside its encryption',
        'signature_invalid',
        {
          encryptFor: ours.certificatePem,
          editEncrypted: (signed) =>
            idp
              .assertion(REQUEST, { nameId: 'administrator' })
              .replace('</saml:Assertion>', `<saml:Advice>${signed}</saml:Advice></saml:Assertion>`),
        },
        {},
      ],
      [
        'with one more assertion inside the signed one, inside its encryption',
        'not_one_assertion',
        {
          encryptFor: ours.certificatePem,
          editAssertion: (xml) =>
            xml.replace(
              '<saml:AuthnStatement',
              '<saml:Advice><saml:EncryptedAssertion></saml:EncryptedAssertion></saml:Advice><saml:AuthnStatement',
            ),
        },
        {},
      ],
      [
        'signed over SHA-1 inside its encryption',
        'signature_algorithm',
        { encryptFor: ours.certificatePem, signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' },
        {},
      ],
      [
        'unsigned inside its encryption',
        'signature_invalid',
        { sign: 'nothing', encryptFor: ours.certificatePem },
        {},
      ],
      [
        'with only its assertion signed where the response must be',
        'unsigned',
        {},
        { wantResponseSigned: true },
      ],
      [
        'with two values where there is one id',
        'ambiguous_attribute',
        { attributes: { oid: ['1', '2'] } },
        { attributes: { id: 'oid' } },
      ],
      ['without the attribute that is the id', 'unstable_name_id', {}, { attributes: { id: 'oid' } }],
    ])('%s', async (_name, reason, options, settings) => {
      await expect(verified(options, { ...SETTINGS, ...settings })).resolves.toBe(reason);
    });
  });

  it('grants the skew at both ends, and not a millisecond more', async () => {
    const response = encode(await idp.response(REQUEST));
    const xml = Buffer.from(response, 'base64').toString();
    const edge = (pattern: RegExp): number => Date.parse(pattern.exec(xml)?.[1] ?? '');
    const end = edge(/<saml:Conditions[^>]* NotOnOrAfter="([^"]*)"/) + 60_000;
    const start = edge(/AuthnInstant="([^"]*)"/) - 60_000;
    const reasonAt = (time: number): Promise<unknown> => verify(response, SETTINGS, new Date(time));
    await expect(reasonAt(end - 1)).resolves.toMatchObject({ externalId: 'subject-1' });
    await expect(reasonAt(end)).resolves.toBe('expired');
    await expect(reasonAt(start)).resolves.toMatchObject({ externalId: 'subject-1' });
    await expect(reasonAt(start - 1)).resolves.toBe('not_yet_valid');
  });
});
