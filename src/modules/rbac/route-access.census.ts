import { Injectable, Logger, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { declaredPermissions, routeAccessOf, type RouteAccess } from '../../common/access';

interface Route {
  readonly handler: string;
  readonly url: string;
  readonly access: RouteAccess | undefined;
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
      return [{ handler: `${controller.name}.${name}`, url, access: routeAccessOf(method) }];
    });
  }
}

function problemsOf({ handler, url, access }: Route): string[] {
  if (access === undefined) {
    return [`  ${handler} (${url}): add @Public(), @Authenticated() or @RequirePermission()`];
  }
  if (access.kind === 'permission' && !declaredPermissions().has(access.permission)) {
    return [`  ${handler} (${url}): nobody declares the permission "${access.permission}"`];
  }
  return [];
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
