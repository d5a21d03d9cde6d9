/** Every event that the trail can hold. A name, once published, keeps its meaning. Documented in docs/events.md. */
export const EVENT_CATALOGUE = {
  'access.denied': { module: 'rbac', what: 'An authenticated subject lacked a permission' },
  'assignment.created': { module: 'rbac', what: 'A role was assigned' },
  'assignment.deleted': { module: 'rbac', what: 'An assignment was removed' },
  'audit.read': { module: 'audit', what: 'Somebody read the trail' },
  'group.created': { module: 'rbac', what: 'A group was created' },
  'group.deleted': { module: 'rbac', what: 'A group was deleted' },
  'group.member-added': { module: 'rbac', what: 'A principal became a member of a group' },
  'group.member-removed': { module: 'rbac', what: 'A principal is a member of a group no more' },
  'group.updated': { module: 'rbac', what: 'A group was renamed or described anew' },
  'mfa.recovery-code-used': { module: 'auth', what: 'A recovery code was used; its owner is told' },
  'mfa.recovery-codes-replaced': {
    module: 'auth',
    what: 'New recovery codes were made; the ones before are dead',
  },
  'mfa.reset': { module: 'auth', what: "An administrator took somebody's second factor away" },
  'mfa.totp-disabled': { module: 'auth', what: 'Somebody gave their second factor up' },
  'mfa.totp-enrolled': { module: 'auth', what: 'A second factor was confirmed, perhaps in place of another' },
  'rate_limit.exceeded': {
    module: 'rate-limit',
    what: 'A limit refused a caller for the first time in its window',
  },
  'refresh_token.reused': {
    module: 'sessions',
    what: 'A spent refresh token came back; its session is dead',
  },
  'resource.created': { module: 'rbac', what: 'A resource was created' },
  'resource.deleted': { module: 'rbac', what: 'A resource was deleted, perhaps with all below it' },
  'resource.updated': { module: 'rbac', what: 'A resource was renamed, described anew or moved' },
  'role.created': { module: 'rbac', what: 'A role was created' },
  'role.deleted': { module: 'rbac', what: 'A role was deleted' },
  'role.updated': { module: 'rbac', what: 'A role was changed' },
  'session.ended': { module: 'sessions', what: 'A session ended; the reason says how' },
  'session.refreshed': { module: 'sessions', what: 'A refresh token was exchanged' },
  'session.refused': { module: 'sessions', what: 'A sign-in got no session: the account has all it may' },
  'session.started': { module: 'sessions', what: 'Somebody signed in' },
  'sign_in.failed': { module: 'auth', what: 'A sign-in was refused; the reason says why' },
  'signing-key.activated': { module: 'auth', what: 'A key signs from now on, and the one before no longer' },
  'signing-key.published': { module: 'auth', what: 'The next signing key was made and published' },
  'signing-key.removed': { module: 'auth', what: 'A signing key went with its last token' },
  'signing-key.revoked': { module: 'auth', what: 'A signing key was revoked; its tokens are dead' },
  'step_up.failed': {
    module: 'auth',
    what: 'Somebody signed in failed to prove it again; the reason says how',
  },
  'step_up.succeeded': { module: 'auth', what: 'Somebody signed in proved it again' },
  'token.revoked': { module: 'auth', what: 'One access token was revoked' },
  'user.created': { module: 'users', what: 'An account was created' },
  'user.deleted': { module: 'users', what: 'An account was deleted' },
  'user.disabled': { module: 'users', what: 'An account was disabled; its sessions end' },
  'user.enabled': { module: 'users', what: 'A disabled account was enabled' },
  'user.locked-out': { module: 'auth', what: 'Too many failed sign-ins; the account is locked for a while' },
  'user.password-changed': { module: 'users', what: 'A password was set; the epoch of the account ends' },
  'user.unlocked': { module: 'auth', what: 'An administrator cleared the failed sign-ins' },
  'user.updated': { module: 'users', what: 'A profile was changed' },
} as const satisfies Readonly<Record<string, { readonly module: string; readonly what: string }>>;

/** A module of an application built on us adds the names of its own by declaration merging, as with permissions. */
export interface EventNames extends Record<keyof typeof EVENT_CATALOGUE, true> {}

export type EventName = Extract<keyof EventNames, string>;
