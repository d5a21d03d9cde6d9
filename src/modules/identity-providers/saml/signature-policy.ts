import { DS, EXCLUSIVE_C14N } from './saml-namespaces';
import { SamlRefusal } from './saml-refusal';
import { attributeOf, childrenNamed, descendantsNamed, elementsIn, onlyChild, textOf } from './strict-xml';

const SIGNATURE_METHODS = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
]);
const DIGEST_METHODS = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]);
const TRANSFORMS = [`${DS}enveloped-signature`, EXCLUSIVE_C14N];
const BASE64 = /^[A-Za-z0-9+/=\s]+$/;

export interface SignedParts {
  readonly response: boolean;
  readonly assertion: boolean;
}

/**
 * What a signature may look like, before anybody verifies it: a direct child of what it signs, one reference to
 * that element's ID, enveloped and exclusive canonicalisation and no other transform, RSA with SHA-2 and no other
 * algorithm (an HMAC would be keyed with our public copy of the certificate; SHA-1 collides).
 *
 * @throws SamlRefusal
 */
export function inspectSignatures(root: Element, assertion: Element | null): SignedParts {
  const allowed = new Set([root, ...(assertion === null ? [] : [assertion])]);
  const signed = new Set<Element>();
  for (const signature of descendantsNamed(root, 'Signature')) {
    const parent = signature.parentNode as Element;
    if (signature.namespaceURI !== DS || !allowed.has(parent) || signed.has(parent)) {
      throw new SamlRefusal('signature_misplaced');
    }
    inspect(signature, parent);
    signed.add(parent);
  }
  return { response: signed.has(root), assertion: assertion !== null && signed.has(assertion) };
}

function inspect(signature: Element, parent: Element): void {
  const info = onlyChild(signature, DS, 'SignedInfo');
  const value = textOf(onlyChild(signature, DS, 'SignatureValue'));
  if (info === null || value === null || childrenNamed(signature, DS, 'Object').length > 0) {
    throw new SamlRefusal('signature_misplaced');
  }
  if (descendantsNamed(signature, 'SignedInfo').length !== 1) throw new SamlRefusal('signature_misplaced');
  const reference = onlyChild(info, DS, 'Reference');
  const id = attributeOf(parent, 'ID');
  if (reference === null || !id || attributeOf(reference, 'URI') !== `#${id}`) {
    throw new SamlRefusal('signature_reference');
  }
  inspectAlgorithms(info, reference);
  inspectTransforms(info, reference);
}

function inspectAlgorithms(info: Element, reference: Element): void {
  if (!SIGNATURE_METHODS.has(algorithmOf(onlyChild(info, DS, 'SignatureMethod')))) {
    throw new SamlRefusal('signature_algorithm');
  }
  if (!DIGEST_METHODS.has(algorithmOf(onlyChild(reference, DS, 'DigestMethod')))) {
    throw new SamlRefusal('signature_algorithm');
  }
  const digest = textOf(onlyChild(reference, DS, 'DigestValue'));
  if (digest === null || !BASE64.test(digest)) throw new SamlRefusal('signature_reference');
}

function inspectTransforms(info: Element, reference: Element): void {
  const list = onlyChild(reference, DS, 'Transforms');
  const transforms = list === null ? [] : elementsIn(list).map(algorithmOf);
  if (transforms.join(' ') !== TRANSFORMS.join(' ')) throw new SamlRefusal('signature_transform');
  if (algorithmOf(onlyChild(info, DS, 'CanonicalizationMethod')) !== EXCLUSIVE_C14N) {
    throw new SamlRefusal('signature_transform');
  }
}

function algorithmOf(element: Element | null): string {
  return (element && attributeOf(element, 'Algorithm')) ?? '';
}
