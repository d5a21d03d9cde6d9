import type { AssuranceLevel } from '../../../common/access';
import type { PrincipalType } from '../assignment';

/** Facts by name. Values are JSON. */
export type Properties = Readonly<Record<string, unknown>>;

/** Whom a question is about. A type that is not the principal's own makes it somebody whom nobody knows. */
export interface AccessSubject {
  readonly type: PrincipalType;
  readonly id: string;
}

/** What is known of the circumstances. What is left out is unknown, and what is unknown never grants. */
export interface AccessContext {
  /** The client's address, IPv4 or IPv6. */
  readonly ip?: string;
  readonly acr?: AssuranceLevel;
  /** Seconds since the epoch at which two kinds of factor were last proved; null where they were not. */
  readonly mfaAt?: number | null;
  /** What conditions reach as `context.NAME`. */
  readonly attributes?: Properties;
}

/** May `subject` do `permission` to `resource`? */
export interface AccessRequest {
  readonly subject: AccessSubject;
  /** A name of the registry, imported namespaces included. One that is not registered is never granted. */
  readonly permission: string;
  /** A resource node's id; the root where left out. One that does not exist is never granted. */
  readonly resource?: string;
  readonly context?: AccessContext;
  /** Serve conditions where nothing is stored under the same name: a stored value wins. */
  readonly subjectProperties?: Properties;
  readonly resourceProperties?: Properties;
  readonly actionProperties?: Properties;
}

/** A question for all resources at once. */
export type ListRequest = Omit<AccessRequest, 'resource'>;

/** How a decision came about. */
export type DecisionBasis =
  /** A live assignment allows, and no live denial applies. */
  | 'allowed'
  /** A live denial applies: it holds whatever is allowed. */
  | 'denied'
  /** Nothing allows now, but it would after a fresh authentication. */
  | 'challenge'
  /** Nothing allows. */
  | 'not_allowed'
  | 'unknown_subject'
  | 'unknown_permission'
  | 'unknown_resource';

/** The authentication that would turn the answer (RFC 9470). */
export interface Challenge {
  readonly acrValues: AssuranceLevel;
  /** Seconds that may have passed since then; null where any such authentication will do. */
  readonly maxAge: number | null;
}

export interface Decision {
  readonly allowed: boolean;
  readonly basis: DecisionBasis;
  /** What was known of the policy when it was decided. */
  readonly policyVersion: string;
  readonly challenge?: Challenge;
}

export interface DecideOptions {
  /** The decision takes this version of the policy, or a later one, into account. */
  readonly minPolicyVersion?: string;
}
