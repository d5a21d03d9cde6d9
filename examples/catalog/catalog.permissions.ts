import { definePermissions } from '../../src/common/access';

export const catalogPermissions = definePermissions('catalog', {
  'catalog.source:scan': { description: 'Bring the tables of a database into the catalogue', risk: 'high' },
  'catalog.table:read': { description: 'Read what the catalogue knows of a table', risk: 'low' },
  'catalog.table:classify': { description: 'Say how sensitive a table is', risk: 'high' },
});

declare module '../../src/common/access/permissions' {
  interface Permissions extends Record<keyof typeof catalogPermissions, true> {}
}
