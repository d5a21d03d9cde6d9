import { definePermissions } from '../../common/access';

export const usersPermissions = definePermissions('users', {
  'users:read': { description: 'Read accounts', risk: 'low' },
  'users:create': { description: 'Create accounts', risk: 'high' },
  'users:update': { description: 'Change the profile of accounts', risk: 'high' },
  'users:disable': { description: 'Disable and enable accounts', risk: 'high' },
  'users:lock': { description: 'Lock and unlock accounts', risk: 'high' },
  'users:reset-mfa': { description: 'Take the second factor of accounts away', risk: 'critical' },
  'users:delete': { description: 'Delete accounts', risk: 'critical' },
  'users:erase': { description: 'Erase all personal data of a person', risk: 'critical' },
  'users:export': { description: 'Copy all personal data of a person', risk: 'high' },
});

declare module '../../common/access/permissions' {
  interface Permissions extends Record<keyof typeof usersPermissions, true> {}
}
