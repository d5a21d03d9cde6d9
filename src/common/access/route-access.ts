import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import { RequireAuth, type RequiredAssurance } from './assurance';
import type { PermissionName } from './permissions';
import type { Requirement, ResourceSource } from './requirement';

/** How a route is guarded. A route without one is refused, and stops the boot. */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'authenticated'; readonly orChallenge?: true }
  | ({ readonly kind: 'permission' } & Requirement & AccessOptions);

/** On what a permission is asked for; at the root without any of it. */
export interface AccessOptions {
  /** The one resource that the request is about. */
  readonly on?: ResourceSource;
  /** A field that lists resources, every one of which must be allowed; 1,000 at most. */
  readonly each?: ResourceSource;
  /** The route shows what is allowed, by `@AccessFilter()` in its query; only who holds it nowhere is refused. */
  readonly list?: true;
  /** Who lacks this permission on the resource is told that it does not exist. */
  readonly concealUnless?: PermissionName;
}

export interface PermissionOptions extends AccessOptions {
  /** Asks for a fresh or strong authentication as well. */
  readonly stepUp?: RequiredAssurance;
}

/** The extension under which the refusals that a route's access implies reach the OpenAPI document builder. */
export const ON_RESOURCE_EXTENSION = 'x-on-resource';

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
 * As {@link Authenticated}; but a request whose body has a `challengeId` is let through as nobody's, whatever token it
 * brings: the handler holds it to the pending sign-in that the challenge stands for.
 */
export function AuthenticatedOrChallenged(): MethodDecorator {
  return applyDecorators(declareAccess({ kind: 'authenticated', orChallenge: true }), ApiBearerAuth());
}

/**
 * The subject must hold the permission, or what {@link any}, {@link all} or {@link self} say; else 403
 * `RBAC.MISSING_PERMISSION`, and the denial is audited. Where a fresh authentication would do it is 401
 * `AUTH.INSUFFICIENT_USER_AUTHENTICATION`.
 *
 * A name is checked twice: by the compiler against {@link Permissions}, and at start against the registry. So are
 * the fields that name resources, against the route's own.
 */
export function RequirePermission(
  required: PermissionName | Requirement,
  { stepUp, ...options }: PermissionOptions = {},
): MethodDecorator {
  const requirement: Requirement =
    typeof required === 'string' ? { match: 'all', permissions: [required] } : required;
  return applyDecorators(
    declareAccess({ kind: 'permission', ...requirement, ...options }),
    ApiBearerAuth(),
    ApiExtension('x-required-permission', wordsFor(requirement)),
    ...(options.on === undefined && options.each === undefined
      ? []
      : [ApiExtension(ON_RESOURCE_EXTENSION, true)]),
    ...(stepUp === undefined ? [] : [RequireAuth(stepUp)]),
  );
}

function wordsFor({ match, permissions, selfParam }: Requirement): string {
  const names = permissions.join(match === 'any' ? ' or ' : ' and ');
  return selfParam === undefined ? names : `${names}, unless \`${selfParam}\` is yourself`;
}
