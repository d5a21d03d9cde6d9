import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { makeKeyPair } from '../../../../test/support/saml/certificates';
import { DomainError } from '../../../common/errors';
import { daysLeft, endOf } from '../certificates/certificate';
import { samlKind } from './saml-config';

const keys = makeKeyPair(30);
const other = makeKeyPair();
const valid = {
  entityId: 'https://idp.example',
  ssoUrl: 'https://idp.example/sso',
  idpCertificates: [keys.certificatePem],
};

/** Of the algorithm 1.2.3.4. */
const UNKNOWN_KEY = {
  export: () => Buffer.from('300d300506032a0304030400010203', 'hex'),
} as unknown as KeyObject;

function errorsOf(config: unknown): unknown {
  try {
    samlKind.parse(config);
    return [];
  } catch (error) {
    if (error instanceof DomainError) return error.options.errors;
    throw error;
  }
}

describe('the configuration of a SAML provider', () => {
  it('asks for signed assertions unless told otherwise', () => {
    expect(samlKind.parse(valid)).toMatchObject({ wantAssertionsSigned: true, clockSkewSeconds: 30 });
  });

  it.each([
    ['plain http', { ssoUrl: 'http://idp.example/sso' }],
    ['a script', { ssoUrl: 'javascript:alert(1)' }],
    ['credentials in an address', { ssoUrl: 'https://a:b@idp.example/sso' }],
    ['no certificate', { idpCertificates: [] }],
    ['a certificate that is none', { idpCertificates: ['-----BEGIN CERTIFICATE-----'] }],
    ['more than a minute of skew', { clockSkewSeconds: 61 }],
    ['a skew that switches the check off', { clockSkewSeconds: -1 }],
    ['an unknown field', { audience: false }],
  ])('refuses %s', (_title, wrong) => {
    expect(() => samlKind.parse({ ...valid, ...wrong })).toThrow(DomainError);
  });

  it('refuses a key that is not the one of its certificate', () => {
    expect(samlKind.parse({ ...valid, signing: keys })).toMatchObject({ signing: keys });
    const mixed = { privateKeyPem: keys.privateKeyPem, certificatePem: other.certificatePem };
    expect(() => samlKind.parse({ ...valid, signing: mixed })).toThrow(DomainError);
  });

  it.each([
    ['RSA of 1,024 bits', generateKeyPairSync('rsa', { modulusLength: 1_024 })],
    ['RSA of 2,047 bits', generateKeyPairSync('rsa', { modulusLength: 2_047 })],
    ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    [
      'a key of no known kind',
      { ...generateKeyPairSync('rsa', { modulusLength: 2_048 }), publicKey: UNKNOWN_KEY },
    ],
    ['a weak curve', generateKeyPairSync('ec', { namedCurve: 'secp160r1' })],
  ])('I: refuses a certificate of the provider over %s', (_title, weak) => {
    const idpCertificates = [keys.certificatePem, makeKeyPair(90, weak).certificatePem];
    expect(errorsOf({ ...valid, idpCertificates })).toEqual([
      expect.objectContaining({ pointer: '/config/idpCertificates/1', code: 'weak_key' }),
    ]);
  });

  it.each(['signing', 'decryption'])('refuses a weak key of ours for %s', (use) => {
    const weak = makeKeyPair(90, generateKeyPairSync('rsa', { modulusLength: 1_024 }));
    expect(errorsOf({ ...valid, [use]: weak })).toEqual([
      expect.objectContaining({ pointer: `/config/${use}/certificatePem`, code: 'weak_key' }),
    ]);
  });

  it('knows how many days a certificate has left', () => {
    expect(daysLeft(endOf(keys.certificatePem), new Date())).toBe(29);
    expect(daysLeft(endOf(keys.certificatePem), new Date(Date.now() + 31 * 86_400_000))).toBeLessThan(0);
  });
});
