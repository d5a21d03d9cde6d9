import type { MediaType, Operation } from './openapi-operation';

type Schemas = Readonly<Record<string, unknown>>;

/** Puts the example of each named schema beside the body that it describes. */
export function documentExamples(operation: Operation, schemas: Schemas): void {
  const bodies = [operation.requestBody, ...Object.values(operation.responses)];
  for (const media of bodies.flatMap((body) => Object.values(body?.content ?? {})))
    addExample(media, schemas);
}

function addExample(media: MediaType, schemas: Schemas): void {
  const name = media.schema?.$ref?.split('/').at(-1);
  if (name === undefined || media.examples !== undefined) return;
  const { example } = (schemas[name] ?? {}) as { example?: unknown };
  if (example !== undefined) media.example = example;
}
