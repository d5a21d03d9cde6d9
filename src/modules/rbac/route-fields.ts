import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { z } from 'zod';

interface Argument {
  readonly data?: unknown;
  readonly schema?: unknown;
}

/** Nest's numbers of the decorators, which it does not export. */
const ARGUMENT_KINDS = { body: '3', query: '4' } as const;

/** Which fields a route has, by its path and by the schemas of its arguments. */
export class RouteFields {
  private readonly arguments: Readonly<Record<string, Argument>>;

  constructor(
    controller: object,
    handler: string,
    private readonly url: string,
  ) {
    this.arguments = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
      string,
      Argument
    >;
  }

  has(place: 'param' | 'query' | 'body', name: string): boolean {
    if (place === 'param') return this.url.split(/[/|]/).includes(`:${name}`);
    const [first = ''] = name.split('.');
    return Object.entries(this.arguments).some(
      ([key, argument]) => key.split(':')[0] === ARGUMENT_KINDS[place] && holds(argument, first),
    );
  }
}

function holds({ data, schema }: Argument, field: string): boolean {
  if (data !== undefined) return data === field;
  return schema instanceof z.ZodObject && field in schema.shape;
}
