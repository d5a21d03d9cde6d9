export { AccessFilter, type ListFilter } from './access-filter';
export { AssurancePolicy } from './assurance-policy';
export {
  insufficientAuthentication,
  REQUIRED_ASSURANCE_EXTENSION,
  RequireAuth,
  requiredAssuranceOf,
  SENSITIVE,
  type RequiredAssurance,
} from './assurance';
export { CurrentPrincipal, PrincipalIfAny } from './current-principal.decorator';
export { GrantPolicy, type Grants } from './grant-policy';
export { declaredPermissions, definePermissions } from './permissions';
export type { PermissionDefinition, PermissionName, PermissionRisk, Permissions } from './permissions';
export type { AssuranceLevel, Principal } from './principal';
export { RateLimit, RATE_LIMIT_EXTENSION, rateLimitOf, type RateLimitPolicy } from './rate-limit';
export { all, any, body, loadedBy, or, param, query, ResourceLoader, self } from './requirement';
export type { Requirement, ResourceSource } from './requirement';
export {
  Authenticated,
  AuthenticatedOrChallenged,
  ON_RESOURCE_EXTENSION,
  Public,
  RequirePermission,
  routeAccessOf,
  type AccessOptions,
  type PermissionOptions,
  type RouteAccess,
} from './route-access';
export { SubjectDirectory } from './subject-directory';
