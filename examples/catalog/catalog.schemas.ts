import { z } from 'zod';
import { pageOf, pageQueryFields } from '../../src/common/http';
import { uuidField } from '../../src/common/validation';

const example = { id: '0192f0c4-5c6d-7e8f-9a0b-1c2d3e4f5a6b', name: 'public.orders', sensitivity: 'high' };

export const CatalogTable = z
  .strictObject({ id: uuidField, name: z.string(), sensitivity: z.string() })
  .meta({ id: 'CatalogTable', examples: [example] });
export type CatalogTable = z.infer<typeof CatalogTable>;

export const CatalogTablePage = pageOf('CatalogTablePage', CatalogTable);
export type CatalogTablePage = z.infer<typeof CatalogTablePage>;

export const CatalogTableDetails = z
  .strictObject({
    ...CatalogTable.shape,
    columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  })
  .meta({ id: 'CatalogTableDetails', examples: [{ ...example, columns: [{ name: 'id', type: 'uuid' }] }] });
export type CatalogTableDetails = z.infer<typeof CatalogTableDetails>;

export const ListCatalogTablesQuery = z
  .strictObject(pageQueryFields)
  .meta({ id: 'ListCatalogTablesQuery', examples: [{ limit: 50 }] });
export type ListCatalogTablesQuery = z.infer<typeof ListCatalogTablesQuery>;

export const ClassifyTableBody = z
  .strictObject({ sensitivity: z.enum(['low', 'medium', 'high']) })
  .meta({ id: 'ClassifyTableBody', examples: [{ sensitivity: 'high' }] });
export type ClassifyTableBody = z.infer<typeof ClassifyTableBody>;

export const ScanResult = z
  .strictObject({ tables: z.number().int(), added: z.number().int() })
  .meta({ id: 'ScanResult', examples: [{ tables: 24, added: 24 }] });
export type ScanResult = z.infer<typeof ScanResult>;
