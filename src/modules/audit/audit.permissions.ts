import { definePermissions } from '../../common/access';

export const auditPermissions = definePermissions('audit', {
  'audit:read': { description: 'Read the audit trail, and the personal data in it', risk: 'high' },
  'audit:verify': { description: 'Verify the audit trail', risk: 'low' },
  'audit:export': { description: 'Copy the audit trail, with the personal data in it', risk: 'high' },
});

declare module '../../common/access/permissions' {
  interface Permissions extends Record<keyof typeof auditPermissions, true> {}
}
