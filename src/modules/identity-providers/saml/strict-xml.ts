import { DOMParser } from '@xmldom/xmldom';
import { SamlRefusal } from './saml-refusal';

const MAX_TAGS = 10_000;
const MAX_DEPTH = 32;
// eslint-disable-next-line no-control-regex -- it looks for them: XML 1.0 §2.2 allows none of these
const NO_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;
const FOREIGN_ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/;
const REFERENCE = /&#(?:x([0-9a-fA-F]+)|(\d+));/g;
const XML_DECLARATION = /^<\?xml version="1\.0"(?: encoding="utf-8")?(?: standalone="(?:yes|no)")?\s*\?>/i;
/** Whatever its prefix: libraries find elements by local names. */
const ID_ATTRIBUTE = /^(?:[^:]*:)?id$/i;

const refuse = (): never => {
  throw new SamlRefusal('malformed');
};

/**
 * Parses a SAML document, of which much less is allowed than of XML: no document type (entities, external files,
 * expansion), no comments, CDATA or processing instructions (two parsers may read the text around them
 * differently), no second root, no ID twice, and bounded depth and number of elements.
 *
 * @throws SamlRefusal
 */
export function parseStrictXml(xml: string, maxBytes: number): Element {
  if (Buffer.byteLength(xml) > maxBytes) throw new SamlRefusal('too_large');
  refuseUnsafeText(xml.replace(/^\ufeff/, '').replace(XML_DECLARATION, ''));
  const errorHandler = { warning: refuse, error: refuse, fatalError: refuse };
  const document = new DOMParser({ errorHandler }).parseFromString(xml.replace(/^\ufeff/, ''), 'text/xml');
  const root = document.documentElement as Element | null;
  const beside = Array.from(document.childNodes).filter((node) => node !== root && node.nodeType !== 7);
  if (root === null || beside.some((node) => (node.nodeValue ?? 'x').trim() !== '')) return refuse();
  inspect(root);
  return root;
}

/** The scan is linear and runs before any parser does. Markup with `<!` or `<?` cannot be part of a value. */
function refuseUnsafeText(xml: string): void {
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) throw new SamlRefusal('document_type');
  if (xml.includes('<!--')) throw new SamlRefusal('comment');
  if (/<[!?]/.test(xml) || NO_CHARACTER.test(xml) || FOREIGN_ENTITY.test(xml)) refuse();
  if ([...xml.matchAll(REFERENCE)].some(([, hex, decimal]) => !isCharacter(hex, decimal))) refuse();
  let tags = 0;
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', at + 1))
    if (++tags > 2 * MAX_TAGS) throw new SamlRefusal('too_large');
}

/** A reference stands for a character, and not for what could not be written without one: NUL, half a pair. */
function isCharacter(hex: string | undefined, decimal: string | undefined): boolean {
  const point = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  return point <= 0x10ffff && !NO_CHARACTER.test(String.fromCodePoint(point));
}

function inspect(root: Element): void {
  const ids = new Set<string>();
  const open: [Element, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [element, depth] = next;
    if (depth > MAX_DEPTH) throw new SamlRefusal('too_deep');
    for (const { name, value } of Array.from(element.attributes)) {
      if (!ID_ATTRIBUTE.test(name)) continue;
      if (ids.has(value)) throw new SamlRefusal('duplicate_id');
      ids.add(value);
    }
    for (const child of elementsIn(element)) open.push([child, depth + 1]);
  }
}

export function elementsIn(parent: Element): Element[] {
  return Array.from(parent.childNodes).filter((node) => node.nodeType === 1) as Element[];
}

export function childrenNamed(parent: Element, namespace: string, name: string): Element[] {
  return elementsIn(parent).filter(
    ({ namespaceURI, localName }) => namespaceURI === namespace && localName === name,
  );
}

/** All elements of that name, wherever they are and whatever namespace they claim. */
export function descendantsNamed(root: Element, name: string): Element[] {
  return Array.from(root.getElementsByTagNameNS('*', name));
}

/** The one child of that name; null where there is none, or more than one. */
export function onlyChild(parent: Element, namespace: string, name: string): Element | null {
  const [first, ...more] = childrenNamed(parent, namespace, name);
  return first !== undefined && more.length === 0 ? first : null;
}

/** The whole text of an element that holds nothing but text; null where it holds anything else. */
export function textOf(element: Element | null): string | null {
  if (element === null) return null;
  const nodes = Array.from(element.childNodes);
  return nodes.every(({ nodeType }) => nodeType === 3)
    ? nodes.map(({ nodeValue }) => nodeValue ?? '').join('')
    : null;
}

export function attributeOf(element: Element, name: string): string | null {
  return element.hasAttribute(name) ? element.getAttribute(name) : null;
}
