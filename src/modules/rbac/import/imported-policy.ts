import type { ImportedPermission } from './imported-permission';

export interface ImportedRole {
  readonly name: string;
  readonly description: string;
  /** Exact names, sorted. */
  readonly grants: readonly string[];
}

/** All that a namespace holds: what a file said, in our terms. */
export interface ImportedPolicy {
  readonly namespace: string;
  readonly permissions: readonly ImportedPermission[];
  readonly roles: readonly ImportedRole[];
}
