import './catalog.permissions';
import { Module } from '@nestjs/common';
import { DatabaseServerModule } from '../../src/infrastructure/database';
import { RbacModule } from '../../src/modules/rbac';
import { CatalogController } from './catalog.controller';
import { CatalogService } from './catalog.service';
import { DatabaseScanner } from './database-scanner';

/** A sibling of the service's own modules: it knows their front doors, and they do not know it. */
@Module({
  imports: [DatabaseServerModule, RbacModule],
  controllers: [CatalogController],
  providers: [DatabaseScanner, CatalogService],
})
export class CatalogModule {}
