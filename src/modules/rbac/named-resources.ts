import type { FastifyRequest } from 'fastify';
import type { ResourceSource } from '../../common/access';
import { DomainError } from '../../common/errors';
import { uuidField } from '../../common/validation';
import { ROOT_RESOURCE_ID } from './well-known-ids';

const MAX_RESOURCES = 1_000;

type FieldSource = Exclude<ResourceSource, { from: 'loader' }>;

/**
 * The resource that a field of the request names, read before the field's own schema is asked: guards run first. So
 * anything but one UUID is refused here, whatever a schema would make of it, and the handler sees the same field.
 *
 * @throws DomainError `REQUEST.MALFORMED`
 */
export function resourceNamedBy(source: FieldSource, request: FastifyRequest): string {
  const value = fieldOf(source, request);
  return value === undefined ? ROOT_RESOURCE_ID : idFrom(value, source);
}

/** All that a field lists. @throws DomainError `REQUEST.MALFORMED` */
export function resourcesListedBy(source: FieldSource, request: FastifyRequest): string[] {
  const value = fieldOf(source, request);
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_RESOURCES)
    throw malformed(source, `must list 1 to ${MAX_RESOURCES} resources`);
  return value.map((entry) => idFrom(entry, source));
}

function fieldOf({ from, name }: FieldSource, { params, query, body }: FastifyRequest): unknown {
  const place = { param: params, query, body }[from];
  return from === 'body' ? name.split('.').reduce(memberOf, place) : memberOf(place, name);
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function idFrom(value: unknown, source: FieldSource): string {
  if (value === 'root') return ROOT_RESOURCE_ID;
  const id = uuidField.safeParse(value);
  if (!id.success) throw malformed(source, 'must be the id of a resource');
  return id.data.toLowerCase();
}

function malformed({ from, name }: FieldSource, message: string): DomainError {
  const base = { param: '#/path', query: '#/query', body: '' }[from];
  return new DomainError('REQUEST.MALFORMED', {
    errors: [{ pointer: `${base}/${name.replaceAll('.', '/')}`, code: 'invalid', message }],
  });
}
