import { definePermissions } from '../../src/common/access';

export const noOpPermissions = definePermissions('bench', {
  'bench.no-op:call': { description: 'Call the route that does nothing', risk: 'low' },
});

declare module '../../src/common/access/permissions' {
  interface Permissions extends Record<keyof typeof noOpPermissions, true> {}
}
