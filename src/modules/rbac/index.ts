export { PermissionsGuard } from './permissions.guard';
export { PolicyService } from './policy.service';
export { RbacModule } from './rbac.module';
export type { BuiltInRole } from './well-known-ids';
