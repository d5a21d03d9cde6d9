import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { ProblemSchema } from '../../common/http';
import { documentErrors } from './openapi-errors';
import { documentExamples } from './openapi-examples';
import { operationsOf } from './openapi-operation';

interface JsonSchema extends Record<string, unknown> {
  readonly id?: string;
  readonly $defs?: Record<string, JsonSchema>;
}

/** The OpenAPI 3.1 document of the running application: what the routes declare, and what follows from it. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Portcullis')
    .setDescription('Identity and access: sign-in, sessions, roles and the audit trail.')
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, base, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) => toNamedSchema(schema as z.ZodType, schemaType),
  });
  const { components: problem } = toNamedSchema(ProblemSchema, 'output');
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...problem } };
  for (const operation of operationsOf(document)) {
    documentErrors(operation);
    documentExamples(operation, document.components.schemas ?? {});
  }
  return document;
}

/** A schema that names itself becomes a component, but for queries: their fields become parameters. */
function toNamedSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
): { schema: object; components: Record<string, object> } {
  const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' }) as JsonSchema;
  const { $defs = {}, $schema: _dialect, ...body } = json;
  const components = Object.fromEntries(Object.entries($defs).map(([name, part]) => [name, withoutId(part)]));
  const name = schema.meta()?.id;
  if (name === undefined) return { schema: body, components };
  const named = components[name] ?? withoutId(body);
  if (name.endsWith('Query')) return { schema: named, components: {} };
  return { schema: { $ref: `#/components/schemas/${name}` }, components: { ...components, [name]: named } };
}

function withoutId({ id: _id, ...definition }: JsonSchema): object {
  return definition;
}
