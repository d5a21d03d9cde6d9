/** What went wrong, in the terms of the domain; only the problem filter knows the HTTP status of each kind. */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'precondition_failed'
  | 'timed_out'
  | 'too_large'
  | 'headers_too_large'
  | 'unsupported_media_type'
  | 'invalid'
  | 'precondition_required'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

interface ErrorEntry {
  readonly kind: ErrorKind;
  /** RFC 9457 `title`: the same for every occurrence. */
  readonly title: string;
}

/** Every error that a client can meet. A code, once published, keeps its meaning. Documented in docs/errors.md. */
export const ERROR_CATALOGUE = {
  'REQUEST.MALFORMED': { kind: 'malformed', title: 'The request is malformed' },
  'REQUEST.INVALID_CURSOR': { kind: 'malformed', title: 'The cursor is not one that this list gave out' },
  'REQUEST.NOT_FOUND': { kind: 'not_found', title: 'There is no such route' },
  'REQUEST.METHOD_NOT_ALLOWED': {
    kind: 'method_not_allowed',
    title: 'The route does not know this method',
  },
  'REQUEST.TIMED_OUT': { kind: 'timed_out', title: 'The request took too long to arrive' },
  'REQUEST.HEADERS_TOO_LARGE': { kind: 'headers_too_large', title: 'The headers are too large' },
  'REQUEST.TOO_LARGE': { kind: 'too_large', title: 'The request is too large' },
  'REQUEST.UNSUPPORTED_MEDIA_TYPE': {
    kind: 'unsupported_media_type',
    title: 'The media type of the body is not supported',
  },
  'REQUEST.PRECONDITION_REQUIRED': {
    kind: 'precondition_required',
    title: 'The If-Match header is required',
  },
  'REQUEST.PRECONDITION_FAILED': {
    kind: 'precondition_failed',
    title: 'The resource has changed since that version',
  },
  'SERVICE.INTERNAL_ERROR': { kind: 'internal', title: 'Something went wrong on our side' },
  'SERVICE.UNAVAILABLE': { kind: 'unavailable', title: 'The service is temporarily unavailable' },
  'SERVICE.OVERLOADED': { kind: 'unavailable', title: 'The service is busy' },

  'AUTH.INVALID_CREDENTIALS': { kind: 'unauthenticated', title: 'The credentials are not valid' },
  'AUTH.TOKEN_MISSING': { kind: 'unauthenticated', title: 'A bearer token is required' },
  'AUTH.TOKEN_INVALID': { kind: 'unauthenticated', title: 'The access token is not valid' },
  'AUTH.TOKEN_EXPIRED': { kind: 'unauthenticated', title: 'The access token has expired' },
  'AUTH.TOKEN_REVOKED': { kind: 'unauthenticated', title: 'The access token has been revoked' },
  'AUTH.INVALID_REFRESH_TOKEN': { kind: 'unauthenticated', title: 'The refresh token is not valid' },
  'AUTH.INVALID_CHALLENGE': { kind: 'unauthenticated', title: 'The challenge is not valid' },
  'AUTH.INVALID_CODE': { kind: 'unauthenticated', title: 'The code is not valid' },
  'AUTH.INVALID_MAIL_TOKEN': { kind: 'invalid', title: 'The token is not one from a mail that still counts' },
  'AUTH.SIGNING_KEY_NOT_FOUND': { kind: 'not_found', title: 'There is no such signing key' },
  'AUTH.INSUFFICIENT_USER_AUTHENTICATION': {
    kind: 'unauthenticated',
    title: 'A fresher or stronger authentication is required',
  },
  'AUTH.RETURN_URL_NOT_REGISTERED': { kind: 'invalid', title: 'The return address is not registered' },
  'AUTH.SSO_FAILED': { kind: 'unauthenticated', title: 'The sign-in through a browser failed' },
  'AUTH.RATE_LIMITED': { kind: 'rate_limited', title: 'Too many attempts' },

  'MFA.NO_ENROLMENT': { kind: 'conflict', title: 'There is no enrolment to confirm, or it has expired' },
  'MFA.NOT_ENROLLED': { kind: 'conflict', title: 'The account has no second factor' },
  'MFA.REQUIRED_BY_ROLE': { kind: 'conflict', title: 'The account has to have a second factor' },

  'SESSION.NOT_FOUND': { kind: 'not_found', title: 'There is no such session' },
  'SESSION.LIMIT_REACHED': { kind: 'conflict', title: 'The account has as many sessions as it may' },

  'USER.NOT_FOUND': { kind: 'not_found', title: 'There is no such user' },
  'USER.USERNAME_TAKEN': { kind: 'conflict', title: 'The username is taken' },
  'USER.EMAIL_TAKEN': { kind: 'conflict', title: 'The email address is taken' },
  'USER.INVALID_TRANSITION': { kind: 'conflict', title: "The user's status does not allow this" },
  'USER.LOCK_IN_THE_PAST': { kind: 'invalid', title: 'The lock would have ended already' },
  'USER.OWN_ACCOUNT': { kind: 'conflict', title: 'Nobody does that to their own account' },
  'USER.PASSWORD_TOO_SHORT': { kind: 'invalid', title: 'The password is too short' },
  'USER.PASSWORD_TOO_WEAK': { kind: 'invalid', title: 'The password is too easy to guess' },
  'USER.CURRENT_PASSWORD_WRONG': { kind: 'invalid', title: 'The current password is not right' },

  'RBAC.MISSING_PERMISSION': { kind: 'forbidden', title: 'A permission is missing' },
  'RBAC.EXCEEDS_OWN_PERMISSIONS': { kind: 'forbidden', title: 'Nobody grants what they do not hold' },
  'RBAC.TARGET_MORE_PRIVILEGED': {
    kind: 'forbidden',
    title: 'The target holds permissions that the caller does not hold',
  },
  'RBAC.LAST_ADMINISTRATOR': { kind: 'conflict', title: 'The last administrator stays' },
  'RBAC.ROLE_NOT_FOUND': { kind: 'not_found', title: 'There is no such role' },
  'RBAC.ROLE_NAME_TAKEN': { kind: 'conflict', title: 'The role name is taken' },
  'RBAC.ROLE_IN_USE': { kind: 'conflict', title: 'The role is still in use' },
  'RBAC.ROLE_IS_SYSTEM': { kind: 'conflict', title: 'Built-in roles cannot be changed' },
  'RBAC.ROLE_CYCLE': { kind: 'invalid', title: 'A role cannot inherit from itself' },
  'RBAC.ROLE_TOO_DEEP': { kind: 'invalid', title: 'Too many roles inherit in a line' },
  'RBAC.UNKNOWN_PERMISSION': { kind: 'invalid', title: 'There is no such permission' },
  'RBAC.UNKNOWN_PRINCIPAL': { kind: 'invalid', title: 'There is no such principal' },
  'RBAC.UNKNOWN_ROLE': { kind: 'invalid', title: 'There is no such role to refer to' },
  'RBAC.UNKNOWN_RESOURCE': { kind: 'invalid', title: 'There is no such resource to refer to' },
  'RBAC.ASSIGNMENT_NOT_FOUND': { kind: 'not_found', title: 'There is no such assignment' },
  'RBAC.ASSIGNMENT_EXISTS': { kind: 'conflict', title: 'The assignment exists already' },
  'RBAC.RESOURCE_NOT_FOUND': { kind: 'not_found', title: 'There is no such resource' },
  'RBAC.RESOURCE_KEY_TAKEN': { kind: 'conflict', title: 'The key is taken within the type' },
  'RBAC.RESOURCE_IN_USE': { kind: 'conflict', title: 'The resource is still in use' },
  'RBAC.RESOURCE_IS_ROOT': { kind: 'conflict', title: 'The root stays where it is' },
  'RBAC.RESOURCE_CYCLE': { kind: 'invalid', title: 'A resource cannot lie below itself' },
  'RBAC.RESOURCE_TOO_DEEP': { kind: 'invalid', title: 'Too many resources lie in a line' },
  'RBAC.INVALID_CONDITION': { kind: 'invalid', title: 'The condition is not one that can be decided' },
  'RBAC.INVALID_EXEMPTION': { kind: 'invalid', title: 'Only a denial has exemptions' },
  'RBAC.POLICY_VERSION_PENDING': {
    kind: 'unavailable',
    title: 'That version of the policy is not known yet',
  },
  'RBAC.GROUP_NOT_FOUND': { kind: 'not_found', title: 'There is no such group' },
  'RBAC.GROUP_NAME_TAKEN': { kind: 'conflict', title: 'The group name is taken' },
  'RBAC.GROUP_IN_USE': { kind: 'conflict', title: 'The group is still in use' },
  'RBAC.GROUP_CYCLE': { kind: 'invalid', title: 'A group cannot belong to itself' },
  'RBAC.GROUP_TOO_DEEP': { kind: 'invalid', title: 'Too many groups belong to each other in a line' },
  'RBAC.MEMBER_EXISTS': { kind: 'conflict', title: 'The principal is a member already' },
  'RBAC.MEMBER_NOT_FOUND': { kind: 'not_found', title: 'There is no such member' },

  'MAIL.NOT_CONFIGURED': { kind: 'unavailable', title: 'This service is not set up to send mail' },
  'PROVIDER.METADATA_INVALID': { kind: 'invalid', title: 'The metadata cannot be used' },
  'PROVIDER.NOT_FOUND': { kind: 'not_found', title: 'There is no such identity provider' },
  'PROVIDER.SLUG_TAKEN': { kind: 'conflict', title: 'The name of the identity provider is taken' },
  'PROVIDER.DOMAIN_TAKEN': { kind: 'conflict', title: 'Another identity provider has that domain' },
  'PROVIDER.IN_USE': { kind: 'conflict', title: 'Accounts are linked to the identity provider' },
  'PROVIDER.INVALID_CONFIG': { kind: 'invalid', title: 'The identity provider cannot be used like that' },
  'PROVIDER.SECRET_REQUIRED': { kind: 'invalid', title: 'A secret that goes elsewhere must be given again' },
  'PROVIDER.UNAVAILABLE': { kind: 'unavailable', title: 'The identity provider cannot be reached' },

  'IDENTITY.NOT_FOUND': { kind: 'not_found', title: 'There is no such linked identity' },
  'IDENTITY.TAKEN': { kind: 'conflict', title: 'The identity is linked already' },
  'IDENTITY.LAST_WAY_IN': { kind: 'conflict', title: 'Without the identity nobody could sign in' },

  'AUDIT.EVENT_NOT_FOUND': { kind: 'not_found', title: 'There is no such audit event' },
  'AUDIT.EVENT_NOT_SEALED': { kind: 'conflict', title: 'The audit event is not sealed yet' },
  'AUDIT.HOLD_NOT_FOUND': { kind: 'not_found', title: 'There is no such legal hold' },
  'AUDIT.ON_HOLD': { kind: 'conflict', title: 'A legal hold forbids it' },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
