import { z } from 'zod';
import { pageOf, pageQueryFields } from '../../../common/http';

export const ListPermissionsQuery = z
  .strictObject(pageQueryFields)
  .meta({ id: 'ListPermissionsQuery', examples: [{ limit: 200 }] });
export type ListPermissionsQuery = z.infer<typeof ListPermissionsQuery>;

const PermissionResponse = z
  .strictObject({ name: z.string(), description: z.string(), risk: z.enum(['low', 'high', 'critical']) })
  .meta({ id: 'Permission', examples: [{ name: 'users:read', description: 'Read accounts', risk: 'low' }] });

export const PermissionPage = pageOf('PermissionPage', PermissionResponse);
export type PermissionPage = z.infer<typeof PermissionPage>;
