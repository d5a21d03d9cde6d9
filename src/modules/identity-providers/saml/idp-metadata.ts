import { DomainError } from '../../../common/errors';
import { hasStrongKey, STRONG_KEY, toPem } from '../certificates/certificate';
import type { ImportedMetadataResponse } from '../dto/saml-metadata.schemas';
import { BINDINGS, DS, MD } from './saml-namespaces';
import { SamlRefusal } from './saml-refusal';
import {
  attributeOf,
  childrenNamed,
  descendantsNamed,
  onlyChild,
  parseStrictXml,
  textOf,
} from './strict-xml';

/** One provider, not a federation of them. */
const MAX_METADATA_BYTES = 1024 * 1024;

/**
 * Reads a provider's metadata. Nobody checks their signature here: an administrator brings them, and answers for
 * where they come from.
 *
 * @throws DomainError `PROVIDER.METADATA_INVALID`
 */
export function importMetadata(xml: string): ImportedMetadataResponse {
  try {
    const root = parseStrictXml(xml, MAX_METADATA_BYTES);
    const [entity, ...more] =
      root.localName === 'EntityDescriptor' ? [root] : childrenNamed(root, MD, 'EntityDescriptor');
    if (entity === undefined || more.length > 0) throw invalid('They must describe one entity.');
    const idp = onlyChild(entity, MD, 'IDPSSODescriptor');
    const entityId = attributeOf(entity, 'entityID');
    if (idp === null || !entityId) throw invalid('They describe no identity provider.');
    return { entityId, ...signOnService(idp), idpCertificates: signingCertificates(idp) };
  } catch (error) {
    if (error instanceof SamlRefusal) throw invalid('They are not well-formed, or hold what we do not read.');
    throw error;
  }
}

function signOnService(idp: Element): Pick<ImportedMetadataResponse, 'ssoUrl' | 'ssoBinding'> {
  const services = childrenNamed(idp, MD, 'SingleSignOnService');
  for (const ssoBinding of ['redirect', 'post'] as const) {
    const service = services.find((element) => attributeOf(element, 'Binding') === BINDINGS[ssoBinding]);
    const ssoUrl = service && attributeOf(service, 'Location');
    if (ssoUrl) return { ssoUrl, ssoBinding };
  }
  throw invalid('They name no sign-on service with a redirect or POST binding.');
}

function signingCertificates(idp: Element): string[] {
  const certificates = childrenNamed(idp, MD, 'KeyDescriptor')
    .filter((descriptor) => (attributeOf(descriptor, 'use') ?? 'signing') === 'signing')
    .flatMap((descriptor) => descendantsNamed(descriptor, 'X509Certificate'))
    .filter(({ namespaceURI }) => namespaceURI === DS)
    .map((element) => toPem(textOf(element) ?? ''));
  if (certificates.length === 0) throw invalid('They hold no signing certificate.');
  if (!certificates.every(isStrong)) throw invalid(`Each signing certificate must hold ${STRONG_KEY}.`);
  return [...new Set(certificates)];
}

function isStrong(pem: string): boolean {
  try {
    return hasStrongKey(pem);
  } catch {
    throw invalid('A signing certificate cannot be read.');
  }
}

function invalid(detail: string): DomainError {
  return new DomainError('PROVIDER.METADATA_INVALID', { detail });
}
