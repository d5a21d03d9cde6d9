import type { BearerAssertion } from './assertion-rules';
import { PERSISTENT, SAML } from './saml-namespaces';
import { SamlRefusal } from './saml-refusal';
import { attributeOf, childrenNamed, onlyChild, textOf } from './strict-xml';

const MAX_ID_LENGTH = 512;

/** Which attributes of the assertion say what. */
export interface SamlAttributeNames {
  /** Never given to anybody else; the persistent NameID where left out. */
  readonly id?: string | undefined;
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly displayName?: string | undefined;
  readonly groups?: string | undefined;
}

/** Who an identity provider says is there, and what makes this one statement unrepeatable. */
export interface SamlIdentity {
  readonly externalId: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly authnContext: string | null;
  readonly assertionId: string;
  readonly replayableUntil: Date;
  readonly inResponseTo: string | null;
}

/** @throws SamlRefusal where nothing in it identifies the person for good. */
export function identityIn(assertion: BearerAssertion, names: SamlAttributeNames): SamlIdentity {
  const attributes = attributesOf(assertion.root);
  const single = (name: string | undefined): string | null => {
    const [value, ...more] = attributes.get(name ?? '') ?? [];
    if (more.length > 0) throw new SamlRefusal('ambiguous_attribute');
    return value ?? null;
  };
  return {
    externalId: stableId(names.id === undefined ? persistentNameId(assertion.subject) : single(names.id)),
    username: single(names.username),
    email: single(names.email),
    displayName: single(names.displayName),
    groups: attributes.get(names.groups ?? '') ?? [],
    attributes: Object.fromEntries(attributes),
    authnContext: authnContextOf(assertion.authnStatement),
    assertionId: assertion.id,
    replayableUntil: assertion.replayableUntil,
    inResponseTo: assertion.inResponseTo,
  };
}

function stableId(value: string | null): string {
  if (!value || value.length > MAX_ID_LENGTH) throw new SamlRefusal('unstable_name_id');
  return value;
}

/** Other formats promise nothing: a transient one changes at each login, an address moves to the next employee. */
function persistentNameId(subject: Element): string | null {
  const nameId = onlyChild(subject, SAML, 'NameID');
  return nameId !== null && attributeOf(nameId, 'Format') === PERSISTENT ? textOf(nameId) : null;
}

function attributesOf(root: Element): ReadonlyMap<string, string[]> {
  const attributes = new Map<string, string[]>();
  for (const statement of childrenNamed(root, SAML, 'AttributeStatement')) {
    for (const attribute of childrenNamed(statement, SAML, 'Attribute')) {
      const name = attributeOf(attribute, 'Name');
      if (!name) continue;
      const values = childrenNamed(attribute, SAML, 'AttributeValue')
        .map((value) => textOf(value)?.trim())
        .filter((value) => value !== undefined && value !== '') as string[];
      attributes.set(name, [...(attributes.get(name) ?? []), ...values]);
    }
  }
  return attributes;
}

function authnContextOf(statement: Element): string | null {
  const context = onlyChild(statement, SAML, 'AuthnContext');
  return context && textOf(onlyChild(context, SAML, 'AuthnContextClassRef'));
}
