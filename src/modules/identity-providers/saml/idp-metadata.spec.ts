import { generateKeyPairSync } from 'node:crypto';
import { makeKeyPair } from '../../../../test/support/saml/certificates';
import { DomainError } from '../../../common/errors';
import { importMetadata } from './idp-metadata';

const { certificatePem } = makeKeyPair();
const bareOf = (pem: string): string => pem.replace(/-----[A-Z ]+-----|\s/g, '');
const bare = bareOf(certificatePem);

const weak = bareOf(makeKeyPair(90, generateKeyPairSync('rsa', { modulusLength: 1_024 })).certificatePem);

const key = (use = ' use="signing"', certificate = bare): string =>
  `<KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`;
const service = (binding: string, location: string): string =>
  `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/>`;
const entity = (inner: string, attributes = ' entityID="https://idp.example"'): string =>
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"${attributes}>${inner}</EntityDescriptor>`;
const idp = (inner: string): string => entity(`<IDPSSODescriptor>${inner}</IDPSSODescriptor>`);

const REDIRECT = service('HTTP-Redirect', 'https://idp.example/redirect');
const POST = service('HTTP-POST', 'https://idp.example/post');

describe('importMetadata', () => {
  it('reads name, address and signing certificates, and prefers the redirect binding', () => {
    expect(importMetadata(idp(key() + key(' use="encryption"') + key('') + POST + REDIRECT))).toEqual({
      entityId: 'https://idp.example',
      ssoUrl: 'https://idp.example/redirect',
      ssoBinding: 'redirect',
      idpCertificates: [certificatePem],
    });
  });

  it('takes the POST binding where there is no other', () => {
    expect(importMetadata(idp(key() + POST))).toMatchObject({
      ssoUrl: 'https://idp.example/post',
      ssoBinding: 'post',
    });
  });

  it.each([
    ['a document type', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${idp(key() + REDIRECT)}`],
    ['no XML', 'https://idp.example/metadata'],
    ['a service provider', entity('<SPSSODescriptor/>')],
    ['no name', entity(`<IDPSSODescriptor>${key()}${REDIRECT}</IDPSSODescriptor>`, '')],
    ['no address', idp(key())],
    ['an address of another binding', idp(key() + service('SOAP', 'https://idp.example/soap'))],
    ['no certificate', idp(REDIRECT)],
    ['a certificate that is none', idp(key(undefined, 'QUJD') + REDIRECT)],
    ['a certificate of a weak key', idp(key() + key(undefined, weak) + REDIRECT)],
    [
      'a federation',
      `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${entity('')}${entity('')}</EntitiesDescriptor>`,
    ],
    ['more than a megabyte', idp(key() + REDIRECT + 'x'.repeat(1_100_000))],
  ])('refuses %s', (_title, xml) => {
    expect(() => importMetadata(xml)).toThrow(DomainError);
  });
});
