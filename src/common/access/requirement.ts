import type { Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { PermissionName } from './permissions';

/** Finds the resource node that a request is about, where no field of it says so. A provider of the application. */
export abstract class ResourceLoader {
  /** The node's id; null where there is none. */
  abstract resourceOf(request: FastifyRequest): Promise<string | null>;
}

/** Where a request names its resource node. */
export type ResourceSource =
  | { readonly from: 'param' | 'query' | 'body'; readonly name: string }
  | { readonly from: 'loader'; readonly loader: Type<ResourceLoader> };

/** Which permissions a route asks for, and whether it spares the subject that it is about. */
export interface Requirement {
  readonly match: 'any' | 'all';
  readonly permissions: readonly PermissionName[];
  /** The path parameter that names a subject; for that subject nothing is asked. */
  readonly selfParam?: string;
}

/** A parameter of the path. */
export function param(name: string): ResourceSource & { readonly from: 'param' } {
  return { from: 'param', name } as const;
}

/** A parameter of the query; without it the root is meant. */
export function query(name: string): ResourceSource {
  return { from: 'query', name };
}

/** A field of the body, as a path of keys: `parentId`, `table.id`. Without it the root is meant. */
export function body(path: string): ResourceSource {
  return { from: 'body', name: path };
}

/** What `loader` finds. */
export function loadedBy(loader: Type<ResourceLoader>): ResourceSource {
  return { from: 'loader', loader };
}

/** One of the permissions is enough. */
export function any(...permissions: readonly [PermissionName, ...PermissionName[]]): Requirement {
  return { match: 'any', permissions };
}

/** All of the permissions are needed. */
export function all(...permissions: readonly [PermissionName, ...PermissionName[]]): Requirement {
  return { match: 'all', permissions };
}

/** Reads well inside of {@link self}. */
export function or(...permissions: Parameters<typeof any>): Requirement {
  return any(...permissions);
}

/** The subject that the path names needs nothing; others need `otherwise`. */
export function self({ name }: ReturnType<typeof param>, otherwise: Requirement): Requirement {
  return { ...otherwise, selfParam: name };
}
