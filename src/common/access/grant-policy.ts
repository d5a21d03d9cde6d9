import type { Principal } from './principal';

/** Roles at places, and groups, as something gives them to people without anybody at hand. */
export interface Grants {
  /** At the root where no resource is named. */
  readonly roles: readonly { readonly roleId: string; readonly resourceId: string | null }[];
  readonly groupIds: readonly string[];
}

/** Whether somebody may set up what gives roles away: for modules that know no policy. */
export abstract class GrantPolicy {
  /**
   * Runs `work` in a transaction during which the actor holds all of `grants`. Not from within one: the denial is
   * audited, and a rollback would erase that.
   *
   * @throws DomainError `RBAC.EXCEEDS_OWN_PERMISSIONS`, `RBAC.UNKNOWN_ROLE`, `RBAC.UNKNOWN_RESOURCE`,
   * `RBAC.UNKNOWN_PRINCIPAL`
   */
  abstract whileGivable<T>(actor: Principal, grants: Grants, work: () => Promise<T>): Promise<T>;

  /**
   * Within {@link whileGivable}: the actor changes who can prove to be one of `principalIds`, which is a way to become
   * any of them. None of them may hold what the actor does not.
   *
   * @throws DomainError `RBAC.TARGET_MORE_PRIVILEGED`
   */
  abstract requireInReach(actor: Principal, principalIds: readonly string[]): Promise<void>;
}
