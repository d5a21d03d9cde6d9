import { Injectable, Logger, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { declaredPermissions, param, routeAccessOf, type RouteAccess } from '../../common/access';
import { RouteFields } from './route-fields';

interface Route {
  readonly handler: string;
  readonly url: string;
  readonly access: RouteAccess | undefined;
  readonly fields: RouteFields;
}

/** Looks at every route at start: one that is not guarded on purpose, or by a permission that nobody declared, stops it. */
@Injectable()
export class RouteAccessCensus implements OnModuleInit {
  private readonly logger = new Logger('Routes');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws Error that lists every route at fault. */
  onModuleInit(): void {
    const routes = this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (metatype ? this.routesOf(metatype) : []));
    const problems = routes.flatMap(problemsOf);
    if (problems.length > 0)
      throw new Error(`Routes without a usable access declaration:\n${problems.join('\n')}`);
    const open = routes.filter(({ access }) => access?.kind === 'public').map(({ url }) => url);
    this.logger.log(`Public routes: ${open.length === 0 ? 'none' : open.sort().join(', ')}`);
  }

  private routesOf(controller: NewableFunction | (() => unknown)): Route[] {
    const prototype = controller.prototype as Record<string, object>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const method = prototype[name];
      if (method === undefined || !Reflect.hasMetadata(PATH_METADATA, method)) return [];
      const url = `${verbOf(method)} ${pathOf(controller)}${pathOf(method)}`;
      const fields = new RouteFields(controller, name, url);
      return [{ handler: `${controller.name}.${name}`, url, access: routeAccessOf(method), fields }];
    });
  }
}

function problemsOf({ handler, url, access, fields }: Route): string[] {
  const route = `  ${handler} (${url})`;
  if (access === undefined) return [`${route}: add @Public(), @Authenticated() or @RequirePermission()`];
  if (access.kind !== 'permission') return [];
  const { permissions, concealUnless, list, selfParam, on, each } = access;
  const named = [...permissions, ...(concealUnless === undefined ? [] : [concealUnless])];
  const sources = [on, each, selfParam === undefined ? undefined : param(selfParam)];
  return [
    ...named
      .filter((permission) => !declaredPermissions().has(permission))
      .map((permission) => `${route}: nobody declares the permission "${permission}"`),
    ...sources
      .filter((source) => source !== undefined)
      .filter((source) => source.from !== 'loader' && !fields.has(source.from, source.name))
      .map((source) => `${route}: has no ${source.from} "${source.from === 'loader' ? '' : source.name}"`),
    ...(list && (permissions.length > 1 || on !== undefined || each !== undefined)
      ? [`${route}: a list takes one permission and no resource`]
      : []),
  ];
}

function verbOf(method: object): string {
  return RequestMethod[Reflect.getMetadata(METHOD_METADATA, method) as RequestMethod];
}

function pathOf(routed: object): string {
  const paths = [Reflect.getMetadata(PATH_METADATA, routed) as string | string[] | undefined].flat();
  return paths
    .map((path) => (path ?? '').replace(/^\/|\/$/g, ''))
    .map((path) => (path === '' ? '' : `/${path}`))
    .join('|');
}
