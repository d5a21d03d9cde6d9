import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { routeAccessOf, type Principal, type ResourceSource, type RouteAccess } from '../../common/access';
import { DomainError } from '../../common/errors';
import { requestOf } from '../../common/http';
import { RequestContext } from '../../infrastructure/request-context';
import { AccessRefusals } from './access-refusals';
import { AccessService } from './access.service';
import type { AccessRequest, Decision } from './engine/access-request';
import { resourceNamedBy, resourcesListedBy } from './named-resources';
import { contextOf } from './request-circumstances';

/** The id that no node has. */
const NO_RESOURCE_ID = '00000000-0000-0000-0000-000000000000';

type PermissionAccess = Extract<RouteAccess, { kind: 'permission' }>;
type Question = Pick<AccessRequest, 'permission' | 'resource'>;
type Asked = Question & { readonly decision: Decision };

/** Lets a request through when its principal holds what the route asks for. A route that declares nothing is shut. */
@Injectable()
export class PermissionsGuard implements CanActivate {
  private readonly accessOf = new Map<object, RouteAccess | undefined>();

  constructor(
    private readonly access: AccessService,
    private readonly refusals: AccessRefusals,
    private readonly modules: ModuleRef,
    private readonly requests: RequestContext,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.declaredAccess(context.getHandler());
    if (access === undefined) return false;
    if (access.kind !== 'permission') return true;
    const request = requestOf(context);
    const { principal } = request;
    if (principal === undefined) return false;
    if (isSelf(access, request, principal)) return true;
    return this.permits(access, request, principal);
  }

  private declaredAccess(handler: object): RouteAccess | undefined {
    let access = this.accessOf.get(handler);
    if (access === undefined) {
      access = routeAccessOf(handler);
      this.accessOf.set(handler, access);
    }
    return access;
  }

  private permits(
    access: PermissionAccess,
    request: FastifyRequest,
    principal: Principal,
  ): boolean | Promise<boolean> {
    const [permission, ...others] = access.permissions;
    const isPlain =
      others.length === 0 && !access.list && access.on === undefined && access.each === undefined;
    // The handler may be synchronous, and then nobody has said yet whose request this is.
    if (!isPlain || permission === undefined)
      return this.requests.serve(request, () => this.permitsLater(access, request, principal));
    const decision = this.access.decide(requestFor({ permission }, request, principal));
    if (!(decision instanceof Promise) && decision.allowed) return true;
    return this.requests.serve(request, () =>
      Promise.resolve(decision).then((decided) =>
        this.settle(access, request, principal, [{ permission }], [decided]),
      ),
    );
  }

  private async permitsLater(
    access: PermissionAccess,
    request: FastifyRequest,
    principal: Principal,
  ): Promise<boolean> {
    if (access.list) return this.narrow(access, request, principal);
    const resources = await this.resourcesOf(access, request);
    const questions = resources.flatMap((resource) =>
      access.permissions.map((permission) => ({ permission, ...(resource !== undefined && { resource }) })),
    );
    const decisions = await this.access.decideMany(
      questions.map((question) => requestFor(question, request, principal)),
    );
    return this.settle(access, request, principal, questions, decisions);
  }

  /** A list shows what is allowed; who holds the permission nowhere is told so, as elsewhere. */
  private async narrow(
    access: PermissionAccess,
    request: FastifyRequest,
    principal: Principal,
  ): Promise<boolean> {
    const [permission = ''] = access.permissions;
    const question = requestFor({ permission }, request, principal);
    const filter = await this.access.list(question);
    if (filter.isEmpty)
      return this.settle(access, request, principal, [{ permission }], [await this.access.decide(question)]);
    request.accessFilter = filter;
    return true;
  }

  /** For every resource one of the permissions, or all: as the route says. */
  private async settle(
    access: PermissionAccess,
    request: FastifyRequest,
    principal: Principal,
    questions: readonly Question[],
    decisions: readonly Decision[],
  ): Promise<boolean> {
    const asked = questions.flatMap((question, index) => {
      const decision = decisions[index];
      return decision === undefined ? [] : [{ ...question, decision }];
    });
    for (const group of groupsOf(asked, access.permissions.length)) {
      const refused = refusedIn(group, access.match);
      if (refused !== undefined) return this.refuse(access, request, principal, refused);
    }
    return true;
  }

  private async refuse(
    { concealUnless, on }: PermissionAccess,
    request: FastifyRequest,
    principal: Principal,
    { permission, resource, decision }: Asked,
  ): Promise<never> {
    const holds = async (question: Question): Promise<boolean> =>
      (await this.access.decide(requestFor(question, request, principal))).allowed;
    // Who is allowed everywhere learns that there is no such place, and of others it is kept.
    if (decision.basis === 'unknown_resource' && (await holds({ permission }))) throw notFound(on);
    const mayKnow =
      concealUnless === undefined ||
      resource === undefined ||
      (await holds({ permission: concealUnless, resource }));
    return this.refusals.refuse({ decision, permission, resource, isConcealed: !mayKnow });
  }

  private async resourcesOf(
    { on, each }: PermissionAccess,
    request: FastifyRequest,
  ): Promise<(string | undefined)[]> {
    const named = on === undefined ? [] : [await this.resourceOf(on, request)];
    if (each === undefined) return on === undefined ? [undefined] : named;
    if (each.from === 'loader') return [...named, await this.resourceOf(each, request)];
    return [...named, ...resourcesListedBy(each, request)];
  }

  private async resourceOf(source: ResourceSource, request: FastifyRequest): Promise<string> {
    if (source.from !== 'loader') return resourceNamedBy(source, request);
    return (await this.modules.get(source.loader, { strict: false }).resourceOf(request)) ?? NO_RESOURCE_ID;
  }
}

function notFound(source: ResourceSource | undefined): DomainError {
  if (source?.from !== 'body') return new DomainError('RBAC.RESOURCE_NOT_FOUND');
  const pointer = `/${source.name.replaceAll('.', '/')}`;
  return new DomainError('RBAC.UNKNOWN_RESOURCE', {
    errors: [{ pointer, code: 'unknown', message: 'There is no such resource.' }],
  });
}

function isSelf(
  { selfParam }: PermissionAccess,
  { params }: FastifyRequest,
  { subject }: Principal,
): boolean {
  if (selfParam === undefined) return false;
  const named = (params as Readonly<Record<string, string>>)[selfParam];
  return named?.toLowerCase() === subject;
}

function requestFor(question: Question, request: FastifyRequest, principal: Principal): AccessRequest {
  const subject = { type: principal.subjectType, id: principal.subject };
  const context = contextOf(principal, request.ip);
  const { permission, resource } = question;
  return resource === undefined
    ? { subject, permission, context }
    : { subject, permission, resource, context };
}

function groupsOf(asked: readonly Asked[], size: number): Asked[][] {
  const groups: Asked[][] = [];
  for (let start = 0; start < asked.length; start += size) groups.push(asked.slice(start, start + size));
  return groups;
}

/** The refusal that stands: one that a fresh authentication would lift is told only where nothing else is in the way. */
function refusedIn(group: readonly Asked[], match: 'any' | 'all'): Asked | undefined {
  const refused = group.filter(({ decision }) => !decision.allowed);
  if (match === 'any' && refused.length < group.length) return undefined;
  const isChallenge = ({ decision }: Asked): boolean => decision.challenge !== undefined;
  return (
    (match === 'any' ? refused.find(isChallenge) : refused.find((asked) => !isChallenge(asked))) ?? refused[0]
  );
}
