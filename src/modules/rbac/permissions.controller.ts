import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../common/access';
import { ApiContract } from '../../common/http';
import { ListPermissionsQuery, PermissionPage, toPermissionResponse } from './dto/permission.response';
import { PermissionRegistry } from './permission-registry';

@ApiTags('permissions')
@Controller('v1/permissions')
export class PermissionsController {
  constructor(private readonly registry: PermissionRegistry) {}

  @Get()
  @RequirePermission('permissions:read')
  @ApiContract({ summary: 'List every permission that a role can grant', response: PermissionPage })
  async list(@Query({ schema: ListPermissionsQuery }) query: ListPermissionsQuery): Promise<PermissionPage> {
    const { items, nextCursor } = await this.registry.list(query);
    return { items: items.map(toPermissionResponse), nextCursor };
  }
}
