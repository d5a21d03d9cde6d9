import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { routeAccessOf, type PermissionName, type RouteAccess } from '../../common/access';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import { RequestContext } from '../../infrastructure/request-context';
import { AccessDeniedEvent } from './events/access-denied.event';
import { PolicyService } from './policy.service';

/** Lets a request through when its principal holds the permission of the route. A route that declares nothing is shut. */
@Injectable()
export class PermissionsGuard implements CanActivate {
  private readonly accessOf = new Map<object, RouteAccess | undefined>();

  constructor(
    private readonly policy: PolicyService,
    private readonly events: EventPublisher,
    private readonly requests: RequestContext,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.declaredAccess(context.getHandler());
    if (access === undefined) return false;
    if (access.kind !== 'permission') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.principal === undefined) return false;
    const allowed = this.policy.isAllowed(request.principal.subject, access.permission);
    if (allowed === true) return true;
    // The handler may be synchronous, and then nobody has said yet whose request this is.
    return this.requests.serve(request, () => this.decided(allowed, access.permission));
  }

  private declaredAccess(handler: object): RouteAccess | undefined {
    let access = this.accessOf.get(handler);
    if (access === undefined) {
      access = routeAccessOf(handler);
      this.accessOf.set(handler, access);
    }
    return access;
  }

  private async decided(allowed: boolean | Promise<boolean>, permission: PermissionName): Promise<boolean> {
    if (await allowed) return true;
    // The answer waits: a denial that nobody wrote down did not happen.
    await this.events.publish(
      new AccessDeniedEvent({ type: 'permission', id: permission }, 'missing_permission'),
    );
    throw new DomainError('RBAC.MISSING_PERMISSION', {
      detail: `You need the permission ${permission}.`,
      extensions: { permission },
    });
  }
}
