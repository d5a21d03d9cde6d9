import { altered, drop, said, SIGNATURE, signatureOf, swap, VICTIM, type SamlAttack } from './attack';
import { makeKeyPair } from './certificates';
import { encode, TestIdp } from './test-idp';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';

const claims = (algorithm: string): SamlAttack =>
  altered(
    `a signature said to be by "${algorithm}"`,
    'signature_algorithm',
    swap(/(<ds:SignatureMethod Algorithm=")[^"]*/, `$1${algorithm}`),
  );
const transforms = (name: string, transform: string): SamlAttack =>
  altered(name, 'signature_transform', swap(/<ds:Transform [^>]*>(?:<\/ds:Transform>)?/, transform));
const twice = (name: string, reason: string, pattern: RegExp): SamlAttack =>
  said(name, reason, { editAssertion: (xml) => swap(pattern, '$&$&')(xml) });

const DIGEST = /<ds:DigestValue>[^<]*<\/ds:DigestValue>/;

/**
 * The classes of invalid responses that others have published, in advisories and in the tests of libraries, as far as
 * they are not among the other attacks: each made anew, against the rules of ours.
 */
export const PUBLISHED_ATTACKS: readonly SamlAttack[] = [
  // What a verifier can be talked into computing.
  ...[
    `${DS}hmac-sha1`,
    `${MORE}hmac-sha256`,
    `${DS}dsa-sha1`,
    `${MORE}rsa-md5`,
    `${MORE}ecdsa-sha256`,
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
    'none',
    '',
  ].map(claims),
  altered('no method of the signature', 'signature_algorithm', drop(/<ds:SignatureMethod [^>]*\/>/)),
  transforms(
    'a transform by XSLT',
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"/></ds:Transform>',
  ),
  transforms(
    'a transform by XPath that leaves out the subject',
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::Subject)</ds:XPath></ds:Transform>',
  ),
  transforms('a transform by base64', `<ds:Transform Algorithm="${DS}base64"/>`),
  altered(
    'canonicalisation 1.1',
    'signature_transform',
    swap(/(<ds:CanonicalizationMethod Algorithm=")[^"]*/, '$1http://www.w3.org/2006/12/xml-c14n11'),
  ),
  // Where a verifier looks for what it compares.
  altered(
    'a digest in the status, for whoever takes the first (CVE-2024-45409)',
    'signature_invalid',
    (xml) =>
      swap(
        'subject-1',
        VICTIM,
      )(
        swap(
          '</samlp:StatusCode>',
          `</samlp:StatusCode><samlp:StatusDetail><ds:DigestValue xmlns:ds="${DS}">${'A'.repeat(43)}=</ds:DigestValue></samlp:StatusDetail>`,
        )(xml),
      ),
  ),
  altered('two digests', 'signature_reference', swap(DIGEST, '$&$&')),
  altered('an empty digest', 'signature_reference', swap(DIGEST, '<ds:DigestValue></ds:DigestValue>')),
  altered('no digest', 'signature_reference', drop(DIGEST)),
  altered(
    'an empty signature value',
    'signature_invalid',
    swap(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>'),
  ),
  altered('no signature value', 'signature_misplaced', drop(/<ds:SignatureValue>[^<]*<\/ds:SignatureValue>/)),
  altered(
    'a manifest in the signature',
    'signature_misplaced',
    swap('</ds:Signature>', '<ds:Object><ds:Manifest></ds:Manifest></ds:Object></ds:Signature>'),
  ),
  altered('a reference by XPointer', 'signature_reference', swap(/URI="#[^"]*"/, 'URI="#xpointer(/)"')),
  altered('a reference to nothing', 'signature_reference', swap(/URI="#[^"]*"/, 'URI="#"')),
  altered('a reference without an address', 'signature_reference', swap(/ URI="#[^"]*"/, '')),
  altered(
    'a signature in a namespace of its own',
    'signature_misplaced',
    swap(`xmlns:ds="${DS}"`, 'xmlns:ds="urn:other"'),
  ),
  altered('a signature of the assertion in an extension of the response', 'signature_misplaced', (xml) =>
    xml
      .replace(SIGNATURE, '')
      .replace('<samlp:Status>', `<samlp:Extensions>${signatureOf(xml)}</samlp:Extensions><samlp:Status>`),
  ),
  // Whose word and whose key it takes.
  {
    name: 'a valid response of another provider',
    reason: 'wrong_issuer',
    forge: async (_idp, request) =>
      encode(await new TestIdp('https://other.example/metadata').response(request)),
  },
  {
    name: 'a response of another provider that gives itself out as this one',
    reason: 'signature_invalid',
    forge: async (idp, request) => encode(await new TestIdp(idp.entityId).response(request)),
  },
  {
    name: 'a key to be fetched from elsewhere',
    reason: 'signature_invalid',
    forge: async (idp, request) =>
      encode(
        swap(
          '</ds:Signature>',
          '<ds:KeyInfo><ds:RetrievalMethod URI="http://127.0.0.1:9/key"/></ds:KeyInfo></ds:Signature>',
        )(await idp.response(request, { keys: makeKeyPair() })),
      ),
  },
  // What two parsers read differently.
  altered('a namespace that canonicalisation stumbles over', 'signature_invalid', (xml) =>
    swap('<saml:AuthnStatement ', '<saml:AuthnStatement xmlns:x="1" x:y="" ')(xml),
  ),
  altered('another XML', 'malformed', (xml) => `<?xml version="1.1"?>${xml}`),
  altered('another encoding', 'malformed', (xml) => `<?xml version="1.0" encoding="ISO-8859-1"?>${xml}`),
  altered('a style sheet', 'malformed', (xml) => `<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>${xml}`),
  {
    name: 'UTF-16',
    reason: 'malformed',
    forge: async (idp, request) => Buffer.from(await idp.response(request), 'utf16le').toString('base64'),
  },
  altered('an assertion of SAML 1.1', 'not_one_assertion', (xml) =>
    xml.replace(
      '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
      '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"',
    ),
  ),
  said('an element in the name of the subject', 'unstable_name_id', { nameId: 'sub<x></x>ject-1' }),
  said('an encrypted name of the subject', 'unstable_name_id', {
    editAssertion: swap(
      /<saml:NameID .*<\/saml:NameID>/,
      '<saml:EncryptedID><x xmlns="urn:other"></x></saml:EncryptedID>',
    ),
  }),
  // What there is one of.
  twice('two subjects', 'no_subject_confirmation', /<saml:Subject>.*<\/saml:Subject>/),
  twice(
    'two confirmations',
    'no_subject_confirmation',
    /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/,
  ),
  twice('two names of the subject', 'unstable_name_id', /<saml:NameID .*<\/saml:NameID>/),
  twice('conditions twice', 'no_conditions', /<saml:Conditions .*<\/saml:Conditions>/),
  twice('two logins', 'no_authn_statement', /<saml:AuthnStatement .*<\/saml:AuthnStatement>/),
  said('two issuers', 'wrong_issuer', {
    editAssertion: swap(
      /<saml:Issuer>.*<\/saml:Issuer>/,
      '$&<saml:Issuer>https://other.example</saml:Issuer>',
    ),
  }),
  said('two statuses', 'status_not_success', {
    editResponse: swap(/<samlp:Status>.*<\/samlp:Status>/, '$&$&'),
  }),
  said('a success inside a failure', 'status_not_success', {
    editResponse: swap(
      /<samlp:StatusCode [^>]*>/,
      '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode>',
    ),
  }),
];
