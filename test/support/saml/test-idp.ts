import { randomUUID } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { encrypt } from 'xml-encryption';
import { makeKeyPair, type TestKeyPair } from './certificates';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** What a response is for: the request that it answers, or nobody's. */
export interface TestRequest {
  readonly acsUrl: string;
  readonly audience: string;
  readonly inResponseTo: string | null;
}

export interface SigningOptions {
  readonly keys?: TestKeyPair;
  readonly signatureAlgorithm?: string;
  readonly digestAlgorithm?: string;
  readonly transforms?: string[];
  readonly canonicalization?: string;
  readonly withKeyInfo?: boolean;
  readonly hmacKey?: string;
}

export interface ResponseOptions extends SigningOptions {
  readonly sign?: 'assertion' | 'response' | 'both' | 'nothing';
  readonly nameId?: string;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly assertionId?: string;
  /** Change what is said, before it is signed. */
  readonly editAssertion?: (xml: string) => string;
  readonly editResponse?: (xml: string) => string;
  /** Change what is encrypted, after it was signed. */
  readonly editEncrypted?: (xml: string) => string;
  /** Put a second assertion, signed or not, or whatever else, in the place of the first. */
  readonly encryptFor?: string;
  readonly encryption?:
    'http://www.w3.org/2009/xmlenc11#aes256-gcm' | 'http://www.w3.org/2001/04/xmlenc#aes128-cbc';
}

/** An identity provider in this process that says whatever a test wants, well signed or not. */
export class TestIdp {
  readonly keys: TestKeyPair = makeKeyPair();

  constructor(readonly entityId = 'https://idp.example/metadata') {}

  async response(request: TestRequest, options: ResponseOptions = {}): Promise<string> {
    const sign = options.sign ?? 'assertion';
    const identity = (xml: string): string => xml;
    let assertion = (options.editAssertion ?? identity)(this.assertion(request, options));
    if (sign === 'assertion' || sign === 'both') assertion = this.sign(assertion, 'Assertion', options);
    if (options.encryptFor !== undefined)
      assertion = await encrypted(
        (options.editEncrypted ?? identity)(assertion),
        options.encryptFor,
        options.encryption,
      );
    const response = (options.editResponse ?? identity)(this.envelope(request, assertion));
    return sign === 'response' || sign === 'both' ? this.sign(response, 'Response', options) : response;
  }

  assertion(request: TestRequest, options: ResponseOptions): string {
    const id = options.assertionId ?? `_${randomUUID()}`;
    const attributes = Object.entries(options.attributes ?? {}).map(
      ([name, values]) =>
        `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
    );
    return (
      `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${at(0)}">` +
      `<saml:Issuer>${this.entityId}</saml:Issuer>` +
      `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${options.nameId ?? 'subject-1'}</saml:NameID>` +
      `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${at(300)}" Recipient="${request.acsUrl}"${inResponseTo(request)}></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
      `<saml:Conditions NotBefore="${at(-30)}" NotOnOrAfter="${at(300)}"><saml:AudienceRestriction><saml:Audience>${request.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
      `<saml:AuthnStatement AuthnInstant="${at(0)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
      (attributes.length > 0
        ? `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`
        : '') +
      `</saml:Assertion>`
    );
  }

  envelope(request: TestRequest, assertion: string): string {
    return (
      `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at(0)}" Destination="${request.acsUrl}"${inResponseTo(request)}>` +
      `<saml:Issuer>${this.entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>${assertion}</samlp:Response>`
    );
  }

  /** Signs the first element of that name, as a child right behind its issuer. */
  sign(xml: string, element: string, options: SigningOptions = {}): string {
    const { privateKeyPem, certificatePem } = options.keys ?? this.keys;
    const signature = new SignedXml({
      privateKey: options.hmacKey ?? privateKeyPem,
      ...(options.withKeyInfo && { publicCert: certificatePem }),
      signatureAlgorithm: options.signatureAlgorithm ?? RSA_SHA256,
      canonicalizationAlgorithm: options.canonicalization ?? EXCLUSIVE_C14N,
    });
    if (options.hmacKey !== undefined) signature.enableHMAC();
    signature.addReference({
      xpath: `//*[local-name(.)='${element}']`,
      transforms: options.transforms ?? [ENVELOPED, EXCLUSIVE_C14N],
      digestAlgorithm: options.digestAlgorithm ?? SHA256,
    });
    const reference = `//*[local-name(.)='${element}']/*[local-name(.)='Issuer']`;
    signature.computeSignature(xml, { prefix: 'ds', location: { reference, action: 'after' } });
    return signature.getSignedXml();
  }
}

function inResponseTo({ inResponseTo: id }: TestRequest): string {
  return id === null ? '' : ` InResponseTo="${id}"`;
}

/** An instant, that many seconds from now. */
export function at(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString();
}

export function encode(xml: string): string {
  return Buffer.from(xml).toString('base64');
}

function encrypted(
  assertion: string,
  certificatePem: string,
  algorithm: ResponseOptions['encryption'],
): Promise<string> {
  const options = {
    rsa_pub: certificatePem,
    pem: certificatePem,
    encryptionAlgorithm: algorithm ?? 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
  } as const;
  return new Promise((resolve, reject) => {
    encrypt(assertion, options, (error, xml) => {
      if (error) reject(error);
      else resolve(`<saml:EncryptedAssertion>${xml}</saml:EncryptedAssertion>`);
    });
  });
}
