import { z } from 'zod';
import { pageOf, pageQueryFields } from '../../../common/http';
import type { Permission } from '../permissions.repository';

export const ListPermissionsQuery = z
  .strictObject(pageQueryFields)
  .meta({ id: 'ListPermissionsQuery', examples: [{ limit: 200 }] });
export type ListPermissionsQuery = z.infer<typeof ListPermissionsQuery>;

const PermissionResponse = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    risk: z.enum(['low', 'high', 'critical']),
    implies: z.array(z.string()).optional().describe('What comes along where it is granted.'),
  })
  .meta({ id: 'Permission', examples: [{ name: 'users:read', description: 'Read accounts', risk: 'low' }] });

export const PermissionPage = pageOf('PermissionPage', PermissionResponse);
export type PermissionPage = z.infer<typeof PermissionPage>;

export function toPermissionResponse({
  name,
  description,
  risk,
  implies,
}: Permission): PermissionPage['items'][number] {
  return { name, description, risk, ...(implies.length > 0 && { implies: [...implies] }) };
}
