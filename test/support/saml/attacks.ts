import { makeKeyPair } from './certificates';
import {
  altered,
  ASSERTION,
  assertionOf,
  drop,
  said,
  SIGNATURE,
  signatureOf,
  swap,
  VICTIM,
  type SamlAttack,
} from './attack';
import { PUBLISHED_ATTACKS } from './published-attacks';
import { at, encode } from './test-idp';

const RSA_SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
const HMAC_SHA1 = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';
const INCLUSIVE_C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const WITH_COMMENTS = `${EXCLUSIVE_C14N}WithComments`;
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

const forgedAssertion = (xml: string): string =>
  assertionOf(xml)
    .replace(SIGNATURE, '')
    .replace('subject-1', VICTIM)
    .replace(/ ID="[^"]*"/, ' ID="_evil"');

const forgedResponse = (xml: string): string =>
  xml
    .replace(SIGNATURE, '')
    .replace('subject-1', VICTIM)
    .replace(/ ID="[^"]*"/g, (id) => id.replace(/"_./, '"_evil'));

/** Signature wrapping (XSW): the signed original stays somewhere, a forged one stands where it is read. */
const WRAPPING: readonly SamlAttack[] = [
  altered(
    'XSW1: the signed response inside the signature of a forged one',
    'not_one_assertion',
    (xml) => {
      const evil = forgedResponse(xml);
      const original = xml.replace(SIGNATURE, '');
      const wrapped = signatureOf(xml).replace(
        '</ds:Signature>',
        `<ds:Object>${original}</ds:Object></ds:Signature>`,
      );
      return evil.replace('</saml:Issuer><samlp:Status>', `</saml:Issuer>${wrapped}<samlp:Status>`);
    },
    { sign: 'response' },
  ),
  altered(
    'XSW2: the signed response before the signature of a forged one',
    'not_one_assertion',
    (xml) => {
      const evil = forgedResponse(xml);
      const original = xml.replace(SIGNATURE, '');
      return evil.replace(
        '</saml:Issuer><samlp:Status>',
        `</saml:Issuer>${original}${signatureOf(xml)}<samlp:Status>`,
      );
    },
    { sign: 'response' },
  ),
  altered('XSW3: a forged assertion before the signed one', 'not_one_assertion', (xml) =>
    xml.replace(ASSERTION, `${forgedAssertion(xml)}${assertionOf(xml)}`),
  ),
  altered('XSW4: the signed assertion inside a forged one', 'not_one_assertion', (xml) =>
    xml.replace(
      ASSERTION,
      forgedAssertion(xml).replace('</saml:Assertion>', `${assertionOf(xml)}</saml:Assertion>`),
    ),
  ),
  altered(
    'XSW5: a forged assertion keeps the signature, the original follows',
    'not_one_assertion',
    (xml) => {
      const original = assertionOf(xml).replace(SIGNATURE, '');
      const evil = assertionOf(xml)
        .replace('subject-1', VICTIM)
        .replace(/ ID="[^"]*"/, ' ID="_evil"');
      return xml.replace(ASSERTION, `${evil}${original}`);
    },
  ),
  altered('XSW6: the original inside the signature of a forged assertion', 'not_one_assertion', (xml) => {
    const original = assertionOf(xml).replace(SIGNATURE, '');
    const signature = signatureOf(xml).replace('</ds:Signature>', `${original}</ds:Signature>`);
    const evil = forgedAssertion(xml).replace('</saml:Issuer>', `</saml:Issuer>${signature}`);
    return xml.replace(ASSERTION, evil);
  }),
  altered('XSW7: a forged assertion in an extension', 'not_one_assertion', (xml) =>
    xml.replace(
      '<samlp:Status>',
      `<samlp:Extensions>${forgedAssertion(xml)}</samlp:Extensions><samlp:Status>`,
    ),
  ),
  altered('XSW8: the original in an object of the signature', 'not_one_assertion', (xml) => {
    const original = assertionOf(xml).replace(SIGNATURE, '');
    const signature = signatureOf(xml).replace(
      '</ds:Signature>',
      `<ds:Object>${original}</ds:Object></ds:Signature>`,
    );
    return xml.replace(
      ASSERTION,
      forgedAssertion(xml).replace('</saml:Issuer>', `</saml:Issuer>${signature}`),
    );
  }),
  altered('a forged assertion in a foreign namespace', 'not_one_assertion', (xml) =>
    xml.replace('<samlp:Status>', '<Assertion xmlns="urn:other" ID="_evil"></Assertion><samlp:Status>'),
  ),
  altered('an assertion moved below another element', 'not_one_assertion', (xml) =>
    xml.replace(ASSERTION, `<samlp:Extensions>${assertionOf(xml)}</samlp:Extensions>`),
  ),
  altered('the signature of the assertion taken up to the response', 'signature_reference', (xml) =>
    xml
      .replace(SIGNATURE, '')
      .replace('</saml:Issuer><samlp:Status>', `</saml:Issuer>${signatureOf(xml)}<samlp:Status>`),
  ),
  altered('two elements with the ID that was signed', 'duplicate_id', (xml) => {
    const id = / ID="([^"]*)"/.exec(assertionOf(xml))?.[1] ?? '';
    return xml.replace(
      '<samlp:Status>',
      `<samlp:Extensions><x ID="${id}"></x></samlp:Extensions><samlp:Status>`,
    );
  }),
  altered('an ID again, under a prefix', 'duplicate_id', (xml) => {
    const id = / ID="([^"]*)"/.exec(assertionOf(xml))?.[1] ?? '';
    return xml.replace('<samlp:Status>', `<samlp:Status xmlns:x="urn:other" x:ID="${id}">`);
  }),
  altered('an ID again, in other letters', 'duplicate_id', (xml) => {
    const id = / ID="([^"]*)"/.exec(assertionOf(xml))?.[1] ?? '';
    return xml
      .replace('<samlp:Status ', '<samlp:Status ')
      .replace('<samlp:Status>', `<samlp:Status Id="${id}">`);
  }),
];

const SIGNATURES: readonly SamlAttack[] = [
  said('no signature', 'unsigned', { sign: 'nothing' }),
  altered('a signature stripped', 'unsigned', drop(SIGNATURE)),
  said('only the response signed where the assertion must be', 'unsigned', { sign: 'response' }),
  said('a signature by another key', 'signature_invalid', { keys: makeKeyPair() }),
  said('a signature by another key that brings its certificate', 'signature_invalid', {
    keys: makeKeyPair(),
    withKeyInfo: true,
  }),
  {
    name: 'an HMAC keyed with our copy of the certificate',
    reason: 'signature_algorithm',
    forge: async (idp, request) =>
      encode(
        await idp.response(request, { hmacKey: idp.keys.certificatePem, signatureAlgorithm: HMAC_SHA1 }),
      ),
  },
  said('a signature over SHA-1', 'signature_algorithm', { signatureAlgorithm: RSA_SHA1 }),
  said('a digest by SHA-1', 'signature_algorithm', { digestAlgorithm: SHA1 }),
  said('inclusive canonicalisation', 'signature_transform', { canonicalization: INCLUSIVE_C14N }),
  said('canonicalisation with comments', 'signature_transform', { transforms: [ENVELOPED, WITH_COMMENTS] }),
  said('a transform too many', 'signature_transform', {
    transforms: [ENVELOPED, EXCLUSIVE_C14N, EXCLUSIVE_C14N],
  }),
  said('no enveloped transform', 'signature_transform', { transforms: [EXCLUSIVE_C14N] }),
  altered('the subject changed', 'signature_invalid', swap('subject-1', VICTIM)),
  altered(
    'an attribute added',
    'signature_invalid',
    swap(
      '</saml:AuthnStatement>',
      '</saml:AuthnStatement><saml:AttributeStatement></saml:AttributeStatement>',
    ),
  ),
  altered(
    'a signature value broken',
    'signature_invalid',
    swap(/<ds:SignatureValue>...../, '<ds:SignatureValue>AAAAA'),
  ),
  altered('a second SignedInfo', 'signature_misplaced', (xml) => {
    const info = /<ds:SignedInfo>.*?<\/ds:SignedInfo>/s.exec(xml)?.[0] ?? '';
    return xml.replace(info, info + info);
  }),
  altered('a second reference', 'signature_reference', (xml) => {
    const reference = /<ds:Reference .*?<\/ds:Reference>/s.exec(xml)?.[0] ?? '';
    return xml.replace(reference, reference + reference);
  }),
  altered('a second signature', 'signature_misplaced', (xml) =>
    xml.replace(SIGNATURE, signatureOf(xml) + signatureOf(xml)),
  ),
  altered('a reference to the whole document', 'signature_reference', swap(/URI="#[^"]*"/, 'URI=""')),
  altered(
    'a reference to elsewhere',
    'signature_reference',
    swap(/URI="#[^"]*"/, 'URI="http://127.0.0.1:9/evil"'),
  ),
  altered('a comment in the digest', 'comment', swap('<ds:DigestValue>', '<ds:DigestValue>AAAA<!-- -->')),
  altered(
    'an element in the digest',
    'signature_reference',
    swap('<ds:DigestValue>', '<ds:DigestValue><x></x>'),
  ),
  altered('a signed element that is no assertion', 'signature_misplaced', (xml) =>
    xml.replace(SIGNATURE, '').replace('<saml:AuthnContext>', `<saml:AuthnContext>${signatureOf(xml)}`),
  ),
  altered(
    'the response changed under its own signature',
    'signature_invalid',
    swap(/ IssueInstant="[^"]*" Destination/, ' IssueInstant="2020-01-01T00:00:00Z" Destination'),
    { sign: 'both' },
  ),
];

const XML: readonly SamlAttack[] = [
  altered('a comment in the subject', 'comment', swap('subject-1', `${VICTIM}<!---->.evil.example`)),
  said('a comment in the subject, signed', 'comment', { nameId: `${VICTIM}<!-- -->.evil.example` }),
  altered('CDATA in the subject', 'malformed', swap('subject-1', '<![CDATA[subject-1]]>')),
  altered('a processing instruction in the subject', 'malformed', swap('subject-1', 'subject<?x?>-1')),
  altered(
    'an external entity',
    'document_type',
    (xml) => `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace('subject-1', '&x;')}`,
  ),
  altered(
    'an external document type',
    'document_type',
    (xml) => `<!DOCTYPE r SYSTEM "http://127.0.0.1:9/r.dtd">${xml}`,
  ),
  altered('a billion laughs', 'document_type', (xml) => {
    const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`);
    return `<!DOCTYPE r [<!ENTITY l0 "lol">${levels.join('')}]>${xml.replace('subject-1', '&l9;')}`;
  }),
  altered('an entity of its own', 'malformed', swap('subject-1', '&admin;')),
  altered('two roots', 'malformed', (xml) => `${xml}${xml.replace(/ ID="[^"]*"/g, '')}`),
  altered('text behind the root', 'malformed', (xml) => `${xml}tail`),
  altered('an unclosed element', 'malformed', swap('</samlp:Response>', '')),
  altered('an attribute twice', 'malformed', swap(' Version="2.0"', ' Version="2.0" Version="2.0"')),
  { name: 'no XML', reason: 'malformed', forge: () => encode('SAML, please') },
  { name: 'no base64', reason: 'malformed', forge: () => '<Response>' },
  { name: 'a desert of blanks', reason: 'malformed', forge: () => `${' '.repeat(380_000)}!` },
  said('a NUL in the subject, signed', 'malformed', { nameId: 'subject&#0;-1' }),
  said('a NUL in an attribute, in hexadecimal', 'malformed', { attributes: { uid: ['&#x0;'] } }),
  altered('half a pair in the subject', 'malformed', swap('subject-1', '&#xD800;')),
  altered('a reference past the last character', 'malformed', swap('subject-1', '&#1114112;')),
  { name: 'nothing', reason: 'malformed', forge: () => encode(' ') },
  {
    name: 'no UTF-8',
    reason: 'malformed',
    forge: () => Buffer.from([0x3c, 0xff, 0xfe, 0x3e]).toString('base64'),
  },
  { name: 'a huge body', reason: 'too_large', forge: () => encode(`<r>${'x'.repeat(300_000)}</r>`) },
  {
    name: 'a hundred thousand elements',
    reason: 'too_large',
    forge: () => encode(`<r>${'<a/>'.repeat(60_000)}</r>`),
  },
  {
    name: 'deep nesting',
    reason: 'too_deep',
    forge: () => encode('<a>'.repeat(9_000) + '</a>'.repeat(9_000)),
  },
  {
    name: 'another message',
    reason: 'not_a_response',
    forge: () =>
      encode(
        '<LogoutRequest xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0"></LogoutRequest>',
      ),
  },
  altered('an assertion without its response', 'not_a_response', assertionOf),
];

const CONTENT: readonly SamlAttack[] = [
  said('another issuer', 'wrong_issuer', {
    editAssertion: swap(/<saml:Issuer>.*?</, '<saml:Issuer>https://other.example<'),
  }),
  said('another issuer of the response', 'wrong_issuer', {
    editResponse: swap(/<saml:Issuer>.*?</, '<saml:Issuer>https://other.example<'),
  }),
  said('another audience', 'wrong_audience', {
    editAssertion: swap(/<saml:Audience>.*?</, '<saml:Audience>https://other.example<'),
  }),
  said('no audience', 'wrong_audience', {
    editAssertion: drop(/<saml:AudienceRestriction>.*?<\/saml:AudienceRestriction>/),
  }),
  said('an empty list of audiences', 'wrong_audience', {
    editAssertion: drop(/<saml:Audience>.*?<\/saml:Audience>/),
  }),
  said('one restriction to us and one to others', 'wrong_audience', {
    editAssertion: swap(
      '</saml:Conditions>',
      '<saml:AudienceRestriction><saml:Audience>https://other.example</saml:Audience></saml:AudienceRestriction></saml:Conditions>',
    ),
  }),
  said('another recipient', 'wrong_recipient', {
    editAssertion: swap(/Recipient="[^"]*"/, 'Recipient="https://other.example/acs"'),
  }),
  said('no recipient', 'wrong_recipient', { editAssertion: drop(/ Recipient="[^"]*"/) }),
  said('another destination', 'wrong_destination', {
    editResponse: swap(/Destination="[^"]*"/, 'Destination="https://other.example/acs"'),
  }),
  said('no destination', 'wrong_destination', { editResponse: drop(/ Destination="[^"]*"/) }),
  said('a failure', 'status_not_success', { editResponse: swap('status:Success', 'status:Responder') }),
  said('another version', 'wrong_version', { editAssertion: swap('Version="2.0"', 'Version="1.1"') }),
  said('conditions that have expired', 'expired', {
    editAssertion: swap(/(<saml:Conditions .*?NotOnOrAfter=")[^"]*/, `$1${at(-120)}`),
  }),
  said('a confirmation that has expired', 'expired', {
    editAssertion: swap(/(<saml:SubjectConfirmationData NotOnOrAfter=")[^"]*/, `$1${at(-120)}`),
  }),
  said('a session that has ended', 'expired', {
    editAssertion: swap('<saml:AuthnStatement ', `<saml:AuthnStatement SessionNotOnOrAfter="${at(-120)}" `),
  }),
  said('conditions yet to come', 'not_yet_valid', {
    editAssertion: swap(/NotBefore="[^"]*/, `NotBefore="${at(3_600)}`),
  }),
  said('an assertion from the future', 'not_yet_valid', {
    editAssertion: swap(/IssueInstant="[^"]*/, `IssueInstant="${at(3_600)}`),
  }),
  said('a login in the future', 'not_yet_valid', {
    editAssertion: swap(/AuthnInstant="[^"]*/, `AuthnInstant="${at(3_600)}`),
  }),
  said('conditions without an end', 'no_expiry', {
    editAssertion: swap(/(<saml:Conditions [^>]*?) NotOnOrAfter="[^"]*"/, '$1'),
  }),
  said('a confirmation without an end', 'no_expiry', {
    editAssertion: swap(/(<saml:SubjectConfirmationData) NotOnOrAfter="[^"]*"/, '$1'),
  }),
  said('a time in no time zone', 'malformed', {
    editAssertion: swap(/AuthnInstant="[^"]*/, 'AuthnInstant="2026-01-01T00:00:00'),
  }),
  said('no conditions', 'no_conditions', { editAssertion: drop(/<saml:Conditions .*<\/saml:Conditions>/) }),
  said('an unknown condition', 'unknown_condition', {
    editAssertion: swap('</saml:Conditions>', '<saml:Condition></saml:Condition></saml:Conditions>'),
  }),
  said('no subject', 'no_subject_confirmation', { editAssertion: drop(/<saml:Subject>.*<\/saml:Subject>/) }),
  said('no confirmation', 'no_subject_confirmation', {
    editAssertion: drop(/<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/),
  }),
  said('a confirmation that is not bearer', 'no_subject_confirmation', {
    editAssertion: swap('cm:bearer', 'cm:sender-vouches'),
  }),
  said('no statement of a login', 'no_authn_statement', {
    editAssertion: drop(/<saml:AuthnStatement .*<\/saml:AuthnStatement>/),
  }),
  {
    ...said('an answer to one request in an answer to another', 'in_response_to_mismatch', {
      editAssertion: swap(/InResponseTo="[^"]*"/, 'InResponseTo="_other"'),
    }),
    needsRequest: true,
  },
  said('a transient subject', 'unstable_name_id', {
    editAssertion: swap('format:persistent', 'format:transient'),
  }),
  said('an address as the subject', 'unstable_name_id', {
    editAssertion: swap('2.0:nameid-format:persistent', '1.1:nameid-format:emailAddress'),
  }),
  said('no name for the subject', 'unstable_name_id', {
    editAssertion: drop(/<saml:NameID .*<\/saml:NameID>/),
  }),
  said('an empty name for the subject', 'unstable_name_id', { editAssertion: swap('subject-1', '') }),
];

/** Each must be refused, for its own reason. */
export const SAML_ATTACKS: readonly SamlAttack[] = [
  ...WRAPPING,
  ...SIGNATURES,
  ...XML,
  ...CONTENT,
  ...PUBLISHED_ATTACKS,
];
