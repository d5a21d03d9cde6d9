import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemSchema } from '../../../common/http';
import { addEtag, finishOperation, requiresIfMatch } from './finish-operation';
import type { LocatedOperation, Operation } from './operation';
import { SchemaComponents } from './schema-components';

/** The scheme that `@ApiBearerAuth()` refers to. */
export const BEARER_SCHEME = 'bearer';

/** The OpenAPI 3.1 document of `app`, made of what its handlers declare. */
export function createOpenApiDocument(app: INestApplication, publicUrl?: string): OpenAPIObject {
  const components = new SchemaComponents();
  const document = SwaggerModule.createDocument(app, description(publicUrl), {
    operationIdFactory: operationId,
    standardSchemaConverter: components.convert,
  });
  components.add(ProblemSchema);
  const operations = operationsOf(document);
  const versioned = new Set(operations.filter(requiresIfMatch).map(({ path }) => path));
  for (const { path, method, operation } of operations) {
    finishOperation(operation, method, components);
    const isCreation = method === 'post' && versioned.has(`${path}/{id}`);
    if (versioned.has(path) || isCreation) addEtag(operation);
  }
  document.components = { ...document.components, schemas: components.schemas };
  return document;
}

function description(publicUrl: string | undefined): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Portcullis')
    .setDescription('Sign-in, sessions, role-based access and an audit trail. Errors are RFC 9457 problems.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, BEARER_SCHEME);
  if (publicUrl !== undefined) builder.addServer(publicUrl);
  return builder.build();
}

function operationId(controller: string, method: string): string {
  const subject = controller.replace(/Controller$/, '');
  return `${subject.charAt(0).toLowerCase()}${subject.slice(1)}_${method}`;
}

function operationsOf(document: OpenAPIObject): LocatedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
}
