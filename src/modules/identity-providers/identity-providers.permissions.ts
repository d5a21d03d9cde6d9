import { definePermissions } from '../../common/access';

export const identityProvidersPermissions = definePermissions('identity-providers', {
  'identity-providers:read': { description: 'Read how people sign in elsewhere', risk: 'high' },
  'identity-providers:manage': {
    description: 'Say which directories and providers vouch for people, and what that gives them',
    risk: 'critical',
  },
});

declare module '../../common/access/permissions' {
  interface Permissions extends Record<keyof typeof identityProvidersPermissions, true> {}
}
