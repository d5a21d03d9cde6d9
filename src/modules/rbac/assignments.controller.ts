import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  AccessFilter,
  body,
  CurrentPrincipal,
  loadedBy,
  RequirePermission,
  type ListFilter,
  type Principal,
} from '../../common/access';
import { ApiContract, UuidParam } from '../../common/http';
import { AssignmentResourceLoader } from './assignment-resource.loader';
import { AssignmentsService } from './assignments.service';
import { CreateAssignmentBody, ListAssignmentsQuery } from './dto/assignment.bodies';
import {
  AssignmentPage,
  toAssignmentResponse,
  toWrittenAssignmentResponse,
  WrittenAssignmentResponse,
} from './dto/assignment.response';

@ApiTags('assignments')
@Controller('v1/assignments')
export class AssignmentsController {
  constructor(private readonly assignments: AssignmentsService) {}

  @Get()
  @RequirePermission('assignments:read', { list: true })
  @ApiContract({
    summary: 'List who holds, or is denied, which role',
    description: 'Shows the assignments at the resources on which you may read them.',
    response: AssignmentPage,
  })
  async list(
    @AccessFilter() filter: ListFilter,
    @Query({ schema: ListAssignmentsQuery }) query: ListAssignmentsQuery,
  ): Promise<AssignmentPage> {
    const { items, nextCursor } = await this.assignments.list(query, filter);
    return { items: items.map(toAssignmentResponse), nextCursor };
  }

  @Post()
  @RequirePermission('assignments:create', { on: body('resourceId') })
  @ApiContract({
    summary: 'Give a role to a principal, or deny it',
    description:
      'It holds at the resource and all below it. A denial wins over every grant. Nobody gives what they do not ' +
      'hold there without condition or end.',
    status: 201,
    response: WrittenAssignmentResponse,
    errors: [
      'RBAC.INVALID_CONDITION',
      'RBAC.INVALID_EXEMPTION',
      'RBAC.UNKNOWN_PRINCIPAL',
      'RBAC.UNKNOWN_ROLE',
      'RBAC.UNKNOWN_RESOURCE',
      'RBAC.ASSIGNMENT_EXISTS',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.LAST_ADMINISTRATOR',
    ],
  })
  async create(
    @CurrentPrincipal() actor: Principal,
    @Body({ schema: CreateAssignmentBody }) assignment: CreateAssignmentBody,
  ): Promise<WrittenAssignmentResponse> {
    return toWrittenAssignmentResponse(await this.assignments.create(actor, assignment));
  }

  @Delete(':id')
  @RequirePermission('assignments:delete', { on: loadedBy(AssignmentResourceLoader) })
  @ApiContract({
    summary: 'Take a role, or a denial, back',
    description: 'Answers with what was taken back, and the version of the policy without it.',
    response: WrittenAssignmentResponse,
    errors: [
      'RBAC.ASSIGNMENT_NOT_FOUND',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.LAST_ADMINISTRATOR',
    ],
  })
  async delete(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
  ): Promise<WrittenAssignmentResponse> {
    return toWrittenAssignmentResponse(await this.assignments.delete(actor, id));
  }
}
