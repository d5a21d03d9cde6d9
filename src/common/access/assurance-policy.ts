import type { RequiredAssurance } from './assurance';
import type { Principal } from './principal';

/** Holds a subject to what a deed demands of their last authentication: for services that learn late what it is. */
export abstract class AssurancePolicy {
  /** @throws DomainError `AUTH.INSUFFICIENT_USER_AUTHENTICATION` */
  abstract require(principal: Principal, required: RequiredAssurance): Promise<void>;
}
