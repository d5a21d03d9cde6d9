import './rbac.permissions';
import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { DiscoveryModule } from '@nestjs/core';
import { GrantPolicy } from '../../common/access';
import { AccessRefusals } from './access-refusals';
import { appConfig } from '../../config/app.config';
import { AccessApiService } from './access-api/access-api.service';
import { AccessQuestions } from './access-api/access-questions';
import { AccessController } from './access-api/access.controller';
import { AccessService } from './access.service';
import { AssignmentResourceLoader } from './assignment-resource.loader';
import { AssignmentsController } from './assignments.controller';
import { AssignmentsRepository } from './assignments.repository';
import { AssignmentsService } from './assignments.service';
import { GroupMembersController } from './groups/group-members.controller';
import { GroupMembersRepository } from './groups/group-members.repository';
import { GroupMembersService } from './groups/group-members.service';
import { GroupRules } from './groups/group-rules';
import { GroupsController } from './groups/groups.controller';
import { GroupsRepository } from './groups/groups.repository';
import { GroupsService } from './groups/groups.service';
import { ImportedHoldersService } from './import/imported-holders.service';
import { PolicyImportRepository } from './import/policy-import.repository';
import { PolicyImportService } from './import/policy-import.service';
import { AuthZenController } from './authzen/authzen.controller';
import { EntityNames } from './authzen/entity-names';
import { EvaluationService } from './authzen/evaluation.service';
import { SearchPages } from './authzen/search-page';
import { SearchRepository } from './authzen/search.repository';
import { SearchService } from './authzen/search.service';
import { GrantsPersonalData } from './grants-personal-data';
import { PolicyMemory } from './memory/policy-memory';
import { PermissionRegistry } from './permission-registry';
import { PermissionsController } from './permissions.controller';
import { PermissionsRepository } from './permissions.repository';
import { PolicyWriter } from './policy-writer';
import { PolicyRepository } from './policy.repository';
import { PolicyService } from './policy.service';
import { PrincipalAssignmentsService } from './principal-assignments.service';
import { Privileges } from './privileges';
import { PrivilegesRepository } from './privileges.repository';
import { ProvidedGrantsRepository } from './provided/provided-grants.repository';
import { ProvidedGrantsService } from './provided/provided-grants.service';
import { ProviderGrantPolicy } from './provided/provider-grant-policy';
import { ResourceRemovalService } from './resources/resource-removal.service';
import { ResourceRules } from './resources/resource-rules';
import { ResourcesController } from './resources/resources.controller';
import { ResourcesRepository } from './resources/resources.repository';
import { ResourcesService } from './resources/resources.service';
import { RoleRules } from './role-rules';
import { RolesController } from './roles.controller';
import { RolesRepository } from './roles.repository';
import { RolesService } from './roles.service';
import { RouteAccessCensus } from './route-access.census';

/** Global for the one thing that others may ask without knowing the module: the port {@link GrantPolicy}. */
@Global()
@Module({
  imports: [DiscoveryModule, ConfigModule.forFeature(appConfig)],
  controllers: [
    PermissionsController,
    RolesController,
    AssignmentsController,
    ResourcesController,
    GroupsController,
    GroupMembersController,
    AccessController,
    AuthZenController,
  ],
  providers: [
    PermissionsRepository,
    PermissionRegistry,
    RouteAccessCensus,
    PolicyRepository,
    PolicyWriter,
    PolicyMemory,
    AccessRefusals,
    AccessService,
    PrivilegesRepository,
    Privileges,
    RolesRepository,
    RoleRules,
    RolesService,
    AssignmentsRepository,
    AssignmentsService,
    AssignmentResourceLoader,
    PrincipalAssignmentsService,
    GrantsPersonalData,
    PolicyService,
    ResourcesRepository,
    ResourceRules,
    ResourcesService,
    ResourceRemovalService,
    GroupsRepository,
    GroupsService,
    GroupMembersRepository,
    GroupRules,
    GroupMembersService,
    PolicyImportRepository,
    ImportedHoldersService,
    PolicyImportService,
    ProvidedGrantsRepository,
    ProvidedGrantsService,
    { provide: GrantPolicy, useClass: ProviderGrantPolicy },
    AccessQuestions,
    AccessApiService,
    EntityNames,
    EvaluationService,
    SearchPages,
    SearchRepository,
    SearchService,
  ],
  exports: [
    GrantPolicy,
    ProvidedGrantsService,
    PolicyService,
    AccessService,
    AccessRefusals,
    PolicyImportService,
    ResourcesService,
  ],
})
export class RbacModule {}
