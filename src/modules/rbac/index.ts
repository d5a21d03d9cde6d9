export { AccessRefusals } from './access-refusals';
export { AccessService } from './access.service';
export type {
  AccessContext,
  AccessRequest,
  AccessSubject,
  Challenge,
  DecideOptions,
  Decision,
  ListRequest,
} from './engine/access-request';
export type { Explanation } from './engine/explanation';
export { readAzureRoles } from './import/azure-roles';
export { PolicyImportService, type ImportSummary } from './import/policy-import.service';
export { readUserPermissionPairs } from './import/user-permission-pairs';
export { PermissionsGuard } from './permissions.guard';
export { PolicyService } from './policy.service';
export { ProvidedGrantsService } from './provided/provided-grants.service';
export { RbacModule } from './rbac.module';
export type { Resource } from './resources/resource';
export { ResourcesService } from './resources/resources.service';
export { ROOT_RESOURCE_ID, type BuiltInRole } from './well-known-ids';
