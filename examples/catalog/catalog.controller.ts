import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  AccessFilter,
  CurrentPrincipal,
  param,
  RequirePermission,
  type ListFilter,
  type Principal,
} from '../../src/common/access';
import { ApiContract, UuidParam } from '../../src/common/http';
import {
  CatalogTable,
  CatalogTableDetails,
  CatalogTablePage,
  ClassifyTableBody,
  ListCatalogTablesQuery,
  ScanResult,
} from './catalog.schemas';
import { CatalogService } from './catalog.service';

@ApiTags('catalog')
@Controller('v1/catalog')
export class CatalogController {
  constructor(private readonly catalog: CatalogService) {}

  @Post('scan')
  @RequirePermission('catalog.source:scan')
  @ApiContract({ summary: 'Bring the tables of the database into the catalogue', response: ScanResult })
  scan(): Promise<ScanResult> {
    return this.catalog.scan();
  }

  @Get('tables')
  @RequirePermission('catalog.table:read', { list: true })
  @ApiContract({ summary: 'List the tables that you may read', response: CatalogTablePage })
  list(
    @AccessFilter() access: ListFilter,
    @Query({ schema: ListCatalogTablesQuery }) query: ListCatalogTablesQuery,
  ): Promise<CatalogTablePage> {
    return this.catalog.list(access, query);
  }

  @Get('tables/:id')
  @RequirePermission('catalog.table:read', { on: param('id'), concealUnless: 'catalog.table:read' })
  @ApiContract({
    summary: 'Read the columns of a table',
    response: CatalogTableDetails,
    errors: ['RBAC.RESOURCE_NOT_FOUND'],
  })
  describe(@UuidParam('id') id: string): Promise<CatalogTableDetails> {
    return this.catalog.describe(id);
  }

  @Post('tables/:id/classify')
  @RequirePermission('catalog.table:classify', { on: param('id'), concealUnless: 'catalog.table:read' })
  @ApiContract({
    summary: 'Say how sensitive a table is',
    response: CatalogTable,
    errors: ['RBAC.RESOURCE_NOT_FOUND', 'RBAC.EXCEEDS_OWN_PERMISSIONS'],
  })
  classify(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @Body({ schema: ClassifyTableBody }) { sensitivity }: ClassifyTableBody,
  ): Promise<CatalogTable> {
    return this.catalog.classify(actor, id, sensitivity);
  }
}
