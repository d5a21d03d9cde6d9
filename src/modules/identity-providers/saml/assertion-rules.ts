import { SAML } from './saml-namespaces';
import { SamlRefusal } from './saml-refusal';
import { attributeOf, childrenNamed, elementsIn, onlyChild, textOf } from './strict-xml';

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const KNOWN_CONDITIONS = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** What a response is held against: who may say what to whom, and when. */
export interface AssertionExpectations {
  readonly issuer: string;
  readonly audience: string;
  readonly recipient: string;
  readonly now: Date;
  readonly skewSeconds: number;
}

export interface BearerAssertion {
  readonly id: string;
  readonly inResponseTo: string | null;
  /** Until when it could be presented again, skew included: it must be remembered as long. */
  readonly replayableUntil: Date;
  readonly subject: Element;
  readonly authnStatement: Element;
  readonly root: Element;
}

/**
 * The rules of the web browser SSO profile (SAML profiles §4.1.4.3) for the one assertion whose signature was
 * verified. The library leaves out Recipient, Issuer and the presence of a confirmation, so all are here.
 *
 * @throws SamlRefusal
 */
export function requireBearerAssertion(root: Element, expected: AssertionExpectations): BearerAssertion {
  const clock = new SkewedClock(expected.now, expected.skewSeconds);
  const id = attributeOf(root, 'ID');
  if (root.namespaceURI !== SAML || root.localName !== 'Assertion' || !id) {
    throw new SamlRefusal('not_one_assertion');
  }
  if (attributeOf(root, 'Version') !== '2.0') throw new SamlRefusal('wrong_version');
  if (textOf(onlyChild(root, SAML, 'Issuer')) !== expected.issuer) throw new SamlRefusal('wrong_issuer');
  clock.requireReached(attributeOf(root, 'IssueInstant'));
  requireConditions(root, expected.audience, clock);
  const subject = onlyChild(root, SAML, 'Subject');
  if (subject === null) throw new SamlRefusal('no_subject_confirmation');
  const data = requireConfirmation(subject, expected.recipient, clock);
  return {
    id,
    inResponseTo: attributeOf(data, 'InResponseTo'),
    replayableUntil: clock.lastMoment(attributeOf(data, 'NotOnOrAfter')),
    subject,
    authnStatement: requireAuthnStatement(root, clock),
    root,
  };
}

function requireConditions(root: Element, audience: string, clock: SkewedClock): void {
  const conditions = onlyChild(root, SAML, 'Conditions');
  if (conditions === null) throw new SamlRefusal('no_conditions');
  clock.requireWithin(conditions);
  const all = elementsIn(conditions);
  // An unknown condition makes the assertion's validity undetermined (SAML core §2.5.1.1).
  if (all.some(({ localName, namespaceURI }) => namespaceURI !== SAML || !KNOWN_CONDITIONS.has(localName))) {
    throw new SamlRefusal('unknown_condition');
  }
  const restrictions = childrenNamed(conditions, SAML, 'AudienceRestriction');
  const isForUs = (restriction: Element): boolean =>
    childrenNamed(restriction, SAML, 'Audience').some((element) => textOf(element)?.trim() === audience);
  if (restrictions.length === 0 || !restrictions.every(isForUs)) throw new SamlRefusal('wrong_audience');
}

function requireConfirmation(subject: Element, recipient: string, clock: SkewedClock): Element {
  const confirmation = onlyChild(subject, SAML, 'SubjectConfirmation');
  const data = confirmation && onlyChild(confirmation, SAML, 'SubjectConfirmationData');
  if (!confirmation || !data || attributeOf(confirmation, 'Method') !== BEARER) {
    throw new SamlRefusal('no_subject_confirmation');
  }
  if (attributeOf(data, 'Recipient') !== recipient) throw new SamlRefusal('wrong_recipient');
  clock.requireWithin(data);
  return data;
}

function requireAuthnStatement(root: Element, clock: SkewedClock): Element {
  const statement = onlyChild(root, SAML, 'AuthnStatement');
  if (statement === null) throw new SamlRefusal('no_authn_statement');
  clock.requireReached(attributeOf(statement, 'AuthnInstant'));
  const sessionEnd = attributeOf(statement, 'SessionNotOnOrAfter');
  if (sessionEnd !== null) clock.requireAhead(sessionEnd);
  return statement;
}

/** Our time against foreign times: the skew is granted at both ends, and what has no end is refused. */
class SkewedClock {
  private readonly now: number;
  private readonly skew: number;

  constructor(now: Date, skewSeconds: number) {
    this.now = now.getTime();
    this.skew = skewSeconds * 1_000;
  }

  requireWithin(element: Element): void {
    const notBefore = attributeOf(element, 'NotBefore');
    if (notBefore !== null) this.requireReached(notBefore);
    const end = attributeOf(element, 'NotOnOrAfter');
    if (end === null) throw new SamlRefusal('no_expiry');
    this.requireAhead(end);
  }

  requireReached(instant: string | null): void {
    if (this.now + this.skew < timeOf(instant)) throw new SamlRefusal('not_yet_valid');
  }

  requireAhead(end: string): void {
    if (this.now - this.skew >= timeOf(end)) throw new SamlRefusal('expired');
  }

  lastMoment(end: string | null): Date {
    return new Date(timeOf(end) + this.skew);
  }
}

function timeOf(instant: string | null): number {
  const time = instant !== null && UTC.test(instant) ? Date.parse(instant) : NaN;
  if (Number.isNaN(time)) throw new SamlRefusal('malformed');
  return time;
}
