import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { PermissionName } from './permissions';

/** How a route is guarded. A route without one is refused, and stops the boot. */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'permission'; readonly permission: PermissionName };

type Handler = (...args: never[]) => unknown;

const ROUTE_ACCESS = Symbol('route-access');

function declareAccess(access: RouteAccess): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata(ROUTE_ACCESS, access, descriptor.value as Handler);
  };
}

/** What the handler declared, or undefined where it declared nothing (then the route is closed). */
export function routeAccessOf(handler: object): RouteAccess | undefined {
  return Reflect.getMetadata(ROUTE_ACCESS, handler) as RouteAccess | undefined;
}

/** Anyone may call the route. Public routes are listed in the log at start. */
export function Public(): MethodDecorator {
  return declareAccess({ kind: 'public' });
}

/** Any authenticated subject may call the route; the handler serves only what is the subject's own. */
export function Authenticated(): MethodDecorator {
  return applyDecorators(declareAccess({ kind: 'authenticated' }), ApiBearerAuth());
}

/**
 * The subject must hold `permission`; else 403 `RBAC.MISSING_PERMISSION`, and the denial is audited.
 *
 * The name is checked twice: by the compiler against {@link Permissions}, and at start against the registry.
 */
export function RequirePermission(permission: PermissionName): MethodDecorator {
  return applyDecorators(
    declareAccess({ kind: 'permission', permission }),
    ApiBearerAuth(),
    ApiExtension('x-required-permission', permission),
  );
}
