import { isUtf8 } from 'node:buffer';
import { XMLSerializer } from '@xmldom/xmldom';
import { SAML, SAMLP, XENC } from './saml-namespaces';
import { SamlRefusal } from './saml-refusal';
import { inspectSignatures, type SignedParts } from './signature-policy';
import {
  attributeOf,
  childrenNamed,
  descendantsNamed,
  onlyChild,
  parseStrictXml,
  textOf,
} from './strict-xml';

export const MAX_RESPONSE_BYTES = 256 * 1024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

// Unauthenticated encryption is only opened where a signature covers the ciphertext: else whoever can send us
// responses can decrypt foreign ones, a byte at a time, by what becomes of them (padding oracle).
const AUTHENTICATED = new Set(
  ['aes128-gcm', 'aes256-gcm'].map((name) => `http://www.w3.org/2009/xmlenc11#${name}`),
);
const UNAUTHENTICATED = new Set(['aes128-cbc', 'aes256-cbc'].map((name) => `${XENC}${name}`));
const KEY_TRANSPORT = `${XENC}rsa-oaep-mgf1p`;

/** What is said on the envelope; only believed as far as its signature reaches, or where it can only refuse. */
export interface ResponseEnvelope {
  readonly issuer: string | null;
  readonly destination: string | null;
  readonly inResponseTo: string | null;
  readonly signed: SignedParts;
  /** The encrypted assertion, as XML, where there is one. */
  readonly encrypted: string | null;
}

/**
 * Looks at a response before any library does.
 *
 * @throws SamlRefusal
 */
export function openEnvelope(samlResponse: string): ResponseEnvelope {
  const response = parseStrictXml(decode(samlResponse), MAX_RESPONSE_BYTES);
  if (response.namespaceURI !== SAMLP || response.localName !== 'Response') {
    throw new SamlRefusal('not_a_response');
  }
  requireSuccess(response);
  return {
    issuer: textOf(onlyChild(response, SAML, 'Issuer')),
    destination: attributeOf(response, 'Destination'),
    inResponseTo: attributeOf(response, 'InResponseTo'),
    ...inspectAssertion(response, theAssertion(response)),
  };
}

function decode(samlResponse: string): string {
  if (samlResponse.length > MAX_RESPONSE_BYTES * 1.5) throw new SamlRefusal('too_large');
  // First away with the blanks: an expression that allows for them takes quadratic time where they lead nowhere.
  const base64 = samlResponse.replace(/\s+/g, '');
  const bytes = Buffer.from(base64, 'base64');
  if (!BASE64.test(base64) || !isUtf8(bytes)) throw new SamlRefusal('malformed');
  return bytes.toString('utf8');
}

function inspectAssertion(
  response: Element,
  assertion: Element,
): Pick<ResponseEnvelope, 'signed' | 'encrypted'> {
  if (assertion.localName === 'EncryptedAssertion') {
    const signed = inspectSignatures(response, null);
    inspectEncryption(assertion, signed);
    return { signed, encrypted: new XMLSerializer().serializeToString(assertion) };
  }
  // The library would stumble over this, and not say so.
  if (onlyChild(assertion, SAML, 'Conditions') === null) throw new SamlRefusal('no_conditions');
  return { signed: inspectSignatures(response, assertion), encrypted: null };
}

function requireSuccess(response: Element): void {
  if (attributeOf(response, 'Version') !== '2.0') throw new SamlRefusal('wrong_version');
  const status = onlyChild(response, SAMLP, 'Status');
  const code = status && onlyChild(status, SAMLP, 'StatusCode');
  if (!code || attributeOf(code, 'Value') !== SUCCESS) throw new SamlRefusal('status_not_success');
}

/** Signature wrapping needs a second assertion somewhere: there is one in the whole document, and it is in its place. */
function theAssertion(response: Element): Element {
  const everywhere = ['Assertion', 'EncryptedAssertion'].flatMap((name) => descendantsNamed(response, name));
  const inPlace = ['Assertion', 'EncryptedAssertion'].flatMap((name) => childrenNamed(response, SAML, name));
  const [assertion] = inPlace;
  if (everywhere.length !== 1 || assertion === undefined) throw new SamlRefusal('not_one_assertion');
  if (descendantsNamed(response, 'Response').length > 0) throw new SamlRefusal('not_one_assertion');
  return assertion;
}

function inspectEncryption(assertion: Element, signed: SignedParts): void {
  const [data, ...moreData] = descendantsNamed(assertion, 'EncryptedData');
  const [key, ...moreKeys] = descendantsNamed(assertion, 'EncryptedKey');
  if (!data || !key || moreData.length + moreKeys.length > 0) throw new SamlRefusal('encryption_algorithm');
  // The library takes the first of that name in any namespace: there must be no other than those that we look at.
  if (['EncryptionMethod', 'CipherValue'].some((name) => descendantsNamed(assertion, name).length !== 2)) {
    throw new SamlRefusal('encryption_algorithm');
  }
  const content = methodOf(data);
  const isAllowed = AUTHENTICATED.has(content) || (UNAUTHENTICATED.has(content) && signed.response);
  if (!isAllowed || methodOf(key) !== KEY_TRANSPORT) throw new SamlRefusal('encryption_algorithm');
}

function methodOf(encrypted: Element): string {
  const method = onlyChild(encrypted, XENC, 'EncryptionMethod');
  return (method && attributeOf(method, 'Algorithm')) ?? '';
}
