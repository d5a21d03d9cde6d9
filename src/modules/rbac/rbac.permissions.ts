import { definePermissions } from '../../common/access';

export const permissionsPermissions = definePermissions('permissions', {
  'permissions:read': { description: 'Read the registry of permissions', risk: 'low' },
});

export const rolesPermissions = definePermissions('roles', {
  'roles:read': { description: 'Read roles', risk: 'low' },
  'roles:create': { description: 'Create roles from permissions that one holds', risk: 'high' },
  'roles:update': { description: 'Change roles within the permissions that one holds', risk: 'critical' },
  'roles:delete': { description: 'Delete roles that nobody uses', risk: 'high' },
});

export const assignmentsPermissions = definePermissions('assignments', {
  'assignments:read': { description: 'Read who holds which role', risk: 'low' },
  'assignments:create': {
    description: 'Give roles, or deny them, within the permissions that one holds',
    risk: 'critical',
  },
  'assignments:delete': { description: 'Take roles and denials back', risk: 'critical' },
});

export const resourcesPermissions = definePermissions('resources', {
  'resources:read': { description: 'Read resources', risk: 'low' },
  'resources:create': { description: 'Create resources', risk: 'high' },
  'resources:update': { description: 'Rename, describe and move resources', risk: 'critical' },
  'resources:delete': { description: 'Delete resources', risk: 'critical' },
});

export const groupsPermissions = definePermissions('groups', {
  'groups:read': { description: 'Read groups and who belongs to them', risk: 'low' },
  'groups:create': { description: 'Create groups', risk: 'high' },
  'groups:update': { description: 'Change groups and who belongs to them', risk: 'critical' },
  'groups:delete': { description: 'Delete groups that nobody uses', risk: 'high' },
});

export const accessPermissions = definePermissions('access', {
  'access:evaluate': { description: 'Ask what others may do, and why', risk: 'high' },
});

declare module '../../common/access/permissions' {
  interface Permissions
    extends
      Record<keyof typeof permissionsPermissions, true>,
      Record<keyof typeof rolesPermissions, true>,
      Record<keyof typeof assignmentsPermissions, true>,
      Record<keyof typeof resourcesPermissions, true>,
      Record<keyof typeof groupsPermissions, true>,
      Record<keyof typeof accessPermissions, true> {}
}
