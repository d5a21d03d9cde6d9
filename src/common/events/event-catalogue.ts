/** What the trail may keep for different times. */
export const EVENT_CATEGORIES = [
  'accounts',
  'authentication',
  'authorization',
  'configuration',
  'reading',
  'refusals',
] as const;
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

interface EventEntry {
  readonly module: string;
  readonly category: EventCategory;
  readonly what: string;
}

/** Every event that the trail can hold. A name, once published, keeps its meaning. Documented in docs/events.md. */
export const EVENT_CATALOGUE = {
  'access.denied': {
    module: 'rbac',
    category: 'refusals',
    what: 'An authenticated subject lacked a permission',
  },
  'assignment.created': { module: 'rbac', category: 'authorization', what: 'A role was assigned' },
  'assignment.deleted': { module: 'rbac', category: 'authorization', what: 'An assignment was removed' },
  'audit.exported': { module: 'audit', category: 'configuration', what: 'Somebody took a copy of the trail' },
  'audit.hold-placed': {
    module: 'audit',
    category: 'configuration',
    what: 'A legal hold keeps part of the trail',
  },
  'audit.hold-released': {
    module: 'audit',
    category: 'configuration',
    what: 'A legal hold keeps nothing any more',
  },
  'audit.read': { module: 'audit', category: 'reading', what: 'Somebody read the trail' },
  'audit.retired': {
    module: 'audit',
    category: 'configuration',
    what: 'Somebody had taken out of the trail what was old enough',
  },
  'audit.verified': {
    module: 'audit',
    category: 'configuration',
    what: 'Somebody had the trail verified; the reason says what is wrong',
  },
  'group.created': { module: 'rbac', category: 'authorization', what: 'A group was created' },
  'group.deleted': { module: 'rbac', category: 'authorization', what: 'A group was deleted' },
  'group.member-added': {
    module: 'rbac',
    category: 'authorization',
    what: 'A principal became a member of a group',
  },
  'group.member-removed': {
    module: 'rbac',
    category: 'authorization',
    what: 'A principal is a member of a group no more',
  },
  'group.updated': {
    module: 'rbac',
    category: 'authorization',
    what: 'A group was renamed or described anew',
  },
  'identity-provider.created': {
    module: 'identity-providers',
    category: 'configuration',
    what: 'A directory or identity provider was added',
  },
  'identity-provider.deleted': {
    module: 'identity-providers',
    category: 'configuration',
    what: 'A provider was deleted',
  },
  'identity-provider.tested': {
    module: 'identity-providers',
    category: 'configuration',
    what: 'Somebody tried a provider out',
  },
  'identity-provider.updated': {
    module: 'identity-providers',
    category: 'configuration',
    what: 'A provider was changed; of secrets only that they were',
  },
  'identity.linked': {
    module: 'users',
    category: 'accounts',
    what: 'An account was linked to an identity elsewhere',
  },
  'identity.unlinked': {
    module: 'users',
    category: 'accounts',
    what: 'An identity elsewhere leads to the account no more',
  },
  'mail.abandoned': {
    module: 'mail',
    category: 'accounts',
    what: 'A mail was refused for good, or ran out of time',
  },
  'mfa.recovery-code-used': {
    module: 'auth',
    category: 'authentication',
    what: 'A recovery code was used; its owner is told',
  },
  'mfa.recovery-codes-replaced': {
    module: 'auth',
    category: 'accounts',
    what: 'New recovery codes were made; the ones before are dead',
  },
  'mfa.reset': {
    module: 'auth',
    category: 'accounts',
    what: "An administrator took somebody's second factor away",
  },
  'mfa.totp-disabled': { module: 'auth', category: 'accounts', what: 'Somebody gave their second factor up' },
  'mfa.totp-enrolled': {
    module: 'auth',
    category: 'accounts',
    what: 'A second factor was confirmed, perhaps in place of another',
  },
  'mfa.totp-enrolment-failed': {
    module: 'auth',
    category: 'accounts',
    what: 'A wrong code was to confirm a second factor',
  },
  'rate_limit.exceeded': {
    module: 'rate-limit',
    category: 'refusals',
    what: 'A limit refused a caller for the first time in its window',
  },
  'refresh_token.reused': {
    module: 'sessions',
    category: 'authentication',
    what: 'A spent refresh token came back; its session is dead',
  },
  'resource.created': { module: 'rbac', category: 'authorization', what: 'A resource was created' },
  'resource.deleted': {
    module: 'rbac',
    category: 'authorization',
    what: 'A resource was deleted, perhaps with all below it',
  },
  'resource.updated': {
    module: 'rbac',
    category: 'authorization',
    what: 'A resource was renamed, described anew or moved',
  },
  'role.created': { module: 'rbac', category: 'authorization', what: 'A role was created' },
  'role.deleted': { module: 'rbac', category: 'authorization', what: 'A role was deleted' },
  'role.updated': { module: 'rbac', category: 'authorization', what: 'A role was changed' },
  'session.ended': {
    module: 'sessions',
    category: 'authentication',
    what: 'A session ended; the reason says how',
  },
  'session.refreshed': {
    module: 'sessions',
    category: 'authentication',
    what: 'A refresh token was exchanged',
  },
  'session.refused': {
    module: 'sessions',
    category: 'authentication',
    what: 'A sign-in got no session: the account has all it may',
  },
  'session.started': { module: 'sessions', category: 'authentication', what: 'Somebody signed in' },
  'sign_in.failed': {
    module: 'auth',
    category: 'authentication',
    what: 'A sign-in was refused; the reason says why',
  },
  'signing-key.activated': {
    module: 'auth',
    category: 'configuration',
    what: 'A key signs from now on, and the one before no longer',
  },
  'signing-key.published': {
    module: 'auth',
    category: 'configuration',
    what: 'The next signing key was made and published',
  },
  'signing-key.removed': {
    module: 'auth',
    category: 'configuration',
    what: 'A signing key went with its last token',
  },
  'signing-key.revoked': {
    module: 'auth',
    category: 'configuration',
    what: 'A signing key was revoked; its tokens are dead',
  },
  'sso.code-reused': {
    module: 'auth',
    category: 'authentication',
    what: 'A code that was exchanged came back; its session is dead',
  },
  'sso.refused': {
    module: 'auth',
    category: 'authentication',
    what: "An identity provider's answer was refused; the reason says why",
  },
  'step_up.failed': {
    module: 'auth',
    category: 'authentication',
    what: 'Somebody signed in failed to prove it again; the reason says how',
  },
  'step_up.succeeded': {
    module: 'auth',
    category: 'authentication',
    what: 'Somebody signed in proved it again',
  },
  'token.revoked': { module: 'auth', category: 'authentication', what: 'One access token was revoked' },
  'user.created': { module: 'users', category: 'accounts', what: 'An account was created' },
  'user.deleted': { module: 'users', category: 'accounts', what: 'An account was deleted' },
  'user.disabled': {
    module: 'users',
    category: 'accounts',
    what: 'An account was disabled; its sessions end',
  },
  'user.email-change-requested': {
    module: 'auth',
    category: 'accounts',
    what: 'Somebody asked to move their account to another address',
  },
  'user.email-changed': {
    module: 'users',
    category: 'accounts',
    what: 'An account moved to another address, or back',
  },
  'user.email-verified': {
    module: 'users',
    category: 'accounts',
    what: 'The owner has read what was sent to the address',
  },
  'user.enabled': { module: 'users', category: 'accounts', what: 'A disabled account was enabled' },
  'user.erased': { module: 'auth', category: 'accounts', what: 'All personal data of a person were erased' },
  'user.invitation-accepted': {
    module: 'auth',
    category: 'accounts',
    what: 'An invited user chose a password',
  },
  'user.invited': { module: 'auth', category: 'accounts', what: 'An administrator sent an invitation' },
  'user.locked-out': {
    module: 'auth',
    category: 'authentication',
    what: 'Too many failed sign-ins; the account is locked for a while',
  },
  'user.locked': {
    module: 'users',
    category: 'accounts',
    what: 'An administrator locked an account; its sessions end',
  },
  'user.password-changed': {
    module: 'users',
    category: 'accounts',
    what: 'A password was set; the epoch of the account ends',
  },
  'user.password-reset-demanded': {
    module: 'auth',
    category: 'accounts',
    what: 'An administrator took a password away',
  },
  'user.password-reset-requested': {
    module: 'auth',
    category: 'accounts',
    what: 'Somebody asked for a mail to reset a password',
  },
  'user.password-reset': {
    module: 'auth',
    category: 'accounts',
    what: 'A forgotten password was replaced, by a token from a mail',
  },
  'user.personal-data-exported': {
    module: 'auth',
    category: 'accounts',
    what: 'Somebody took a copy of what is kept about a person',
  },
  'user.unlocked': {
    module: 'auth',
    category: 'accounts',
    what: 'An administrator or the command line took a lock off, and cleared the failed sign-ins',
  },
  'user.updated': { module: 'users', category: 'accounts', what: 'A profile was changed' },
} as const satisfies Readonly<Record<string, EventEntry>>;

/** A module of an application built on us adds the names of its own by declaration merging, as with permissions. */
export interface EventNames extends Record<keyof typeof EVENT_CATALOGUE, true> {}

export type EventName = Extract<keyof EventNames, string>;
