import type { OpenAPIObject } from '@nestjs/swagger';
import { z, ZodType } from 'zod';

type Components = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Component = Components[string];
type Conversion = { schema: unknown; components: Components } | undefined;

/**
 * Collects the zod schemas of an application as named components, in the JSON Schema of OpenAPI 3.1 (draft
 * 2020-12). Nest's own conversion stops at 3.0.
 */
export class SchemaComponents {
  readonly schemas: Components = {};
  private readonly sources = new Map<string, ZodType>();

  /** For `standardSchemaConverter`. A query is spread into parameters, so it stays in line; the rest is referred to. */
  readonly convert = (schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }): Conversion => {
    if (!(schema instanceof ZodType)) return undefined;
    const {
      $defs = {},
      $schema: _,
      ...root
    } = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io: schemaType,
      unrepresentable: 'any',
    });
    const id = schema.meta()?.id;
    const definitions = withComponentRefs($defs) as Components;
    if (id !== undefined) this.sources.set(id, schema);
    const isQuery = id?.endsWith('Query') === true;
    Object.assign(this.schemas, isQuery ? omit(definitions, id) : definitions);
    return { schema: isQuery ? definitions[id] : withComponentRefs(root), components: {} };
  };

  /** Adds `schema`, which no operation names by itself. */
  add(schema: ZodType): void {
    this.convert(schema, { schemaType: 'output' });
  }

  /** The first example of the component `id`. */
  exampleOf(id: string): unknown {
    return (this.schemas[id] as { examples?: unknown[] } | undefined)?.examples?.[0];
  }

  /** Whether a body of this schema may be left out. */
  isOptional(id: string): boolean {
    return this.sources.get(id)?.safeParse(undefined).success === true;
  }
}

function withComponentRefs(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function omit(definitions: Components, id: string): Record<string, Component> {
  return Object.fromEntries(Object.entries(definitions).filter(([name]) => name !== id));
}
