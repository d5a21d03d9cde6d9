import { definePermissions } from '../../common/access';

export const sessionsPermissions = definePermissions('sessions', {
  'sessions:read': { description: "Read other people's sessions", risk: 'low' },
  'sessions:end': { description: "End other people's sessions", risk: 'high' },
});

declare module '../../common/access/permissions' {
  interface Permissions extends Record<keyof typeof sessionsPermissions, true> {}
}
