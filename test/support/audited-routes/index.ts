import { ACCESS_ROUTES } from './access-routes';
import { ACCOUNT_ROUTES } from './account-routes';
import type { AuditedRoutes } from './audited-route';
import { PROVIDER_ROUTES } from './provider-routes';
import { LINKING_ROUTES } from './linking-routes';
import { RBAC_ROUTES } from './rbac-routes';
import { RECOVERY_ROUTES } from './recovery-routes';
import { SECOND_FACTOR_ROUTES } from './second-factor-routes';
import { SESSION_ROUTES } from './session-routes';

export type { AuditedCall, AuditedOutcome } from './audited-route';
export { PASSWORD } from './passwords';
export { AuditedWorld } from './audited-world';
export { startDirectory, type DirectoryStandIn } from './directory-stand-in';

/** Every route that may change something: how to succeed at it, and what the trail holds of it afterwards. */
export const AUDITED_ROUTES: AuditedRoutes = {
  ...ACCESS_ROUTES,
  ...SESSION_ROUTES,
  ...SECOND_FACTOR_ROUTES,
  ...RECOVERY_ROUTES,
  ...PROVIDER_ROUTES,
  ...LINKING_ROUTES,
  ...ACCOUNT_ROUTES,
  ...RBAC_ROUTES,
};
