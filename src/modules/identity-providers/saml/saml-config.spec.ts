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

  it('knows how many days a certificate has left', () => {
    expect(daysLeft(endOf(keys.certificatePem), new Date())).toBe(29);
    expect(daysLeft(endOf(keys.certificatePem), new Date(Date.now() + 31 * 86_400_000))).toBeLessThan(0);
  });
});
