import { Injectable } from '@nestjs/common';
import type { ListFilter, Principal } from '../../common/access';
import type { AccessRequest, DecideOptions, Decision, ListRequest } from './engine/access-request';
import type { Explanation } from './engine/explanation';

/**
 * The questions of access: one engine behind the guard, the API and AuthZEN. Reads memory while that can be trusted,
 * else PostgreSQL. Decisions are never cached, and nothing here is audited but a refusal of {@link require}.
 */
@Injectable()
export abstract class AccessService {
  /**
   * Synchronous when everything is in memory.
   *
   * @throws DomainError `RBAC.POLICY_VERSION_PENDING` when the version asked for does not show within a second.
   */
  abstract decide(request: AccessRequest, options?: DecideOptions): Decision | Promise<Decision>;

  /** In the order of `requests`, all by the same version of the policy or later ones. */
  abstract decideMany(requests: readonly AccessRequest[], options?: DecideOptions): Promise<Decision[]>;

  abstract explain(request: AccessRequest, options?: DecideOptions): Promise<Explanation>;

  /** The resources for which {@link decide} would say yes. */
  abstract list(request: ListRequest, options?: DecideOptions): Promise<ListFilter>;

  /**
   * For handlers that learn of the resource late. A refusal is audited as access.denied.
   *
   * @throws DomainError `RBAC.MISSING_PERMISSION`, or `AUTH.INSUFFICIENT_USER_AUTHENTICATION` where a fresh
   * authentication would do.
   */
  abstract require(principal: Principal, permission: string, resource?: string): Promise<void>;
}
