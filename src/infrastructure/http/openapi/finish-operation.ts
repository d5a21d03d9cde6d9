import {
  ON_RESOURCE_EXTENSION,
  RATE_LIMIT_EXTENSION,
  REQUIRED_ASSURANCE_EXTENSION,
} from '../../../common/access';
import { ERROR_CODES_EXTENSION } from '../../../common/http';
import type { Content, LocatedOperation, Operation } from './operation';
import { errorResponses } from './operation-errors';
import type { SchemaComponents } from './schema-components';

/** Read by the handlers, but no parameters of the contract (OpenAPI 3.1 §4.8.12 even forbids the first). */
const UNDOCUMENTED_HEADERS = new Set(['authorization', 'user-agent']);

const ETAG = {
  description: 'The version of the resource; a change repeats it as `If-Match`.',
  schema: { type: 'string', examples: ['"3"'] },
};

/** Adds what the operation implies: examples, its permission in words, every refusal; drops our helpers. */
export function finishOperation(operation: Operation, method: string, components: SchemaComponents): void {
  operation.parameters = operation.parameters?.filter(
    (parameter) => parameter.in !== 'header' || !UNDOCUMENTED_HEADERS.has(parameter.name.toLowerCase()),
  );
  operation.description = [operation.description, accessText(operation), assuranceText(operation)]
    .filter(Boolean)
    .join('\n\n');
  for (const content of contentsOf(operation)) addExample(content, components);
  finishBody(operation, components);
  Object.assign(operation.responses, errorResponses(operation, method));
  Reflect.deleteProperty(operation, ERROR_CODES_EXTENSION);
  Reflect.deleteProperty(operation, RATE_LIMIT_EXTENSION);
  Reflect.deleteProperty(operation, ON_RESOURCE_EXTENSION);
  Reflect.deleteProperty(operation, REQUIRED_ASSURANCE_EXTENSION);
}

export function requiresIfMatch({ operation }: LocatedOperation): boolean {
  return (operation.parameters ?? []).some(({ name }) => name === 'If-Match');
}

/** Documents the version on every successful answer that shows the resource. */
export function addEtag(operation: Operation): void {
  for (const [status, response] of Object.entries(operation.responses)) {
    if (status.startsWith('2') && response.content !== undefined) response.headers = { ETag: ETAG };
  }
}

function accessText(operation: Operation): string {
  const permission = operation['x-required-permission'];
  if (permission !== undefined) {
    const place = operation[ON_RESOURCE_EXTENSION] === undefined ? '' : ' on the resource';
    return `Requires the permission \`${permission}\`${place}.`;
  }
  return operation.security === undefined ? 'Public.' : 'Requires a bearer token.';
}

function assuranceText({ [REQUIRED_ASSURANCE_EXTENSION]: required }: Operation): string | undefined {
  if (required === undefined) return undefined;
  const factors =
    required.acr === 'strongest' ? 'the strongest factor that you have' : `level \`${required.acr}\``;
  const age = required.maxAge === undefined ? '' : ` within the last ${required.maxAge} seconds`;
  return `Requires an authentication with ${factors}${age}; see \`POST /v1/auth/step-up\`.`;
}

function contentsOf({ requestBody, responses }: Operation): Content[] {
  return [requestBody, ...Object.values(responses)].flatMap((message) =>
    Object.values(message?.content ?? {}),
  );
}

function addExample(content: Content, components: SchemaComponents): void {
  const example = components.exampleOf(componentIdOf(content));
  if (example !== undefined) content.example = example;
}

function finishBody({ requestBody }: Operation, components: SchemaComponents): void {
  if (requestBody === undefined) return;
  const [content] = Object.values(requestBody.content);
  requestBody.required = content !== undefined && !components.isOptional(componentIdOf(content));
}

function componentIdOf({ schema }: Content): string {
  return schema?.$ref?.split('/').at(-1) ?? '';
}
