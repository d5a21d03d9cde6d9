import type { ExecutionContext } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import {
  all,
  any,
  Authenticated,
  body,
  loadedBy,
  or,
  param,
  Public,
  query,
  RequirePermission,
  ResourceLoader,
  self,
  type ListFilter,
} from '../../common/access';
import type { DomainEvent, EventPublisher } from '../../common/events';
import { RequestContext } from '../../infrastructure/request-context';
import { AccessRefusals } from './access-refusals';
import type { AccessService } from './access.service';
import type { AccessRequest, Decision } from './engine/access-request';
import { PermissionsGuard } from './permissions.guard';
import { ROOT_RESOURCE_ID } from './well-known-ids';

const NODE = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const OTHER = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f';

class Loader extends ResourceLoader {
  resourceOf(): Promise<string> {
    return Promise.resolve(OTHER);
  }
}

class Routes {
  @Public()
  open(): string {
    return 'served';
  }

  @Authenticated()
  own(): string {
    return 'served';
  }

  @RequirePermission('roles:read')
  guarded(): string {
    return 'served';
  }

  @RequirePermission('roles:read', { on: param('id') })
  onParam(): string {
    return 'served';
  }

  @RequirePermission('roles:read', { on: body('table.id') })
  onBody(): string {
    return 'served';
  }

  @RequirePermission('roles:read', { on: query('resource') })
  onQuery(): string {
    return 'served';
  }

  @RequirePermission('roles:read', { on: loadedBy(Loader) })
  onLoaded(): string {
    return 'served';
  }

  @RequirePermission(any('roles:read', 'roles:update'))
  either(): string {
    return 'served';
  }

  @RequirePermission(all('roles:read', 'roles:update'))
  both(): string {
    return 'served';
  }

  @RequirePermission('roles:read', { each: body('ids') })
  each(): string {
    return 'served';
  }

  @RequirePermission('roles:read', { list: true })
  list(): string {
    return 'served';
  }

  @RequirePermission(self(param('id'), or('roles:read')))
  self(): string {
    return 'served';
  }

  @RequirePermission('roles:update', { on: param('id'), concealUnless: 'roles:read' })
  concealed(): string {
    return 'served';
  }

  undeclared(): string {
    return 'served';
  }
}

interface Sent {
  readonly params?: object;
  readonly query?: object;
  readonly body?: unknown;
}

type Answer = Partial<Decision> | boolean;
const FILTER: ListFilter = {
  isEmpty: false,
  onResource: () => 'TRUE',
  onReference: () => 'TRUE',
};

const decisionOf = (answer: Answer): Decision => {
  const facts = typeof answer === 'boolean' ? { allowed: answer } : answer;
  return { allowed: false, basis: facts.allowed ? 'allowed' : 'not_allowed', policyVersion: '1', ...facts };
};

function aGuard(answer: (request: AccessRequest) => Answer | Promise<Answer>) {
  const published: DomainEvent[] = [];
  const asked: AccessRequest[] = [];
  const decide = (request: AccessRequest): Decision | Promise<Decision> => {
    asked.push(request);
    const given = answer(request);
    return given instanceof Promise ? given.then(decisionOf) : decisionOf(given);
  };
  const access = {
    decide,
    decideMany: (requests: AccessRequest[]) =>
      Promise.all(requests.map((request) => Promise.resolve(decide(request)))),
    list: (request: AccessRequest) => {
      asked.push(request);
      return Promise.resolve(FILTER);
    },
  };
  const events: EventPublisher = {
    publish: async (event) => {
      await new Promise(setImmediate);
      published.push(event);
    },
  };
  const modules = { get: () => new Loader() };
  const guard = new PermissionsGuard(
    access as unknown as AccessService,
    new AccessRefusals(events),
    modules as unknown as ModuleRef,
    new RequestContext(),
  );
  return { guard, published, asked };
}

function requestTo(route: keyof Routes, subject: string | null = 'ada', sent: Sent = {}) {
  const principal = { subject, subjectType: 'user', acr: 'aal1', authTime: 0 };
  const request: Record<string, unknown> = {
    params: {},
    query: {},
    ip: '192.0.2.1',
    ...sent,
    ...(subject !== null && { principal }),
  };
  const context = {
    getHandler: () => Object.getOwnPropertyDescriptor(Routes.prototype, route)?.value as unknown,
    getArgByIndex: () => request,
  };
  return { context: context as unknown as ExecutionContext, request };
}

describe('PermissionsGuard', () => {
  it('asks for the permission of the route and the subject of the token, and answers synchronously', () => {
    const { guard, asked } = aGuard(() => true);
    expect(guard.canActivate(requestTo('guarded').context)).toBe(true);
    expect(asked).toEqual([
      {
        subject: { type: 'user', id: 'ada' },
        permission: 'roles:read',
        context: { ip: '192.0.2.1', acr: 'aal1', mfaAt: null },
      },
    ]);
  });

  it('waits for a decision that is not in memory', async () => {
    const { guard, published } = aGuard(() => Promise.resolve(true));
    await expect(guard.canActivate(requestTo('guarded').context)).resolves.toBe(true);
    expect(published).toEqual([]);
  });

  it.each([
    ['in memory', () => false],
    ['read from the database', () => Promise.resolve(false)],
  ])('refuses by a decision %s once the denial is written down', async (_, answer) => {
    const { guard, published } = aGuard(answer);
    await expect(guard.canActivate(requestTo('guarded').context)).rejects.toMatchObject({
      code: 'RBAC.MISSING_PERMISSION',
      options: { extensions: { permission: 'roles:read' } },
    });
    expect(published).toEqual([
      expect.objectContaining({
        name: 'access.denied',
        outcome: 'denied',
        reason: 'missing_permission',
        target: { type: 'permission', id: 'roles:read' },
      }),
    ]);
  });

  it('fails, and does not refuse, when nobody can decide', async () => {
    const { guard, published } = aGuard(() => Promise.reject(new Error('connection lost')));
    await expect(guard.canActivate(requestTo('guarded').context)).rejects.toThrow('connection lost');
    expect(published).toEqual([]);
  });

  it.each<[keyof Routes, boolean]>([
    ['open', true],
    ['own', true],
    ['undeclared', false],
    ['guarded', false],
  ])('answers for the route "%s" without a principal: %s', (route, expected) => {
    const { guard } = aGuard(() => true);
    expect(guard.canActivate(requestTo(route, null).context)).toBe(expected);
  });

  it.each<[keyof Routes, Sent, string]>([
    ['onParam', { params: { id: NODE.toUpperCase() } }, NODE],
    ['onParam', { params: { id: 'root' } }, ROOT_RESOURCE_ID],
    ['onBody', { body: { table: { id: NODE } } }, NODE],
    ['onBody', { body: { table: {} } }, ROOT_RESOURCE_ID],
    ['onBody', { body: undefined }, ROOT_RESOURCE_ID],
    ['onQuery', { query: { resource: NODE } }, NODE],
    ['onQuery', {}, ROOT_RESOURCE_ID],
    ['onLoaded', {}, OTHER],
  ])('asks on the resource that the request to "%s" names', async (route, sent, resource) => {
    const { guard, asked, published } = aGuard(() => false);
    await expect(guard.canActivate(requestTo(route, 'ada', sent).context)).rejects.toMatchObject({
      code: 'RBAC.MISSING_PERMISSION',
    });
    expect(asked.map((request) => request.resource)).toEqual([resource]);
    expect(published).toEqual([expect.objectContaining({ target: { type: 'resource', id: resource } })]);
  });

  it.each<[keyof Routes, Sent]>([
    ['onParam', { params: { id: 'no-uuid' } }],
    ['onBody', { body: { table: { id: { $ne: NODE } } } }],
    ['onBody', { body: { table: { id: [NODE] } } }],
    ['onBody', { body: { table: { id: null } } }],
    ['onQuery', { query: { resource: [NODE, OTHER] } }],
    ['each', { body: { ids: NODE } }],
    ['each', { body: { ids: [] } }],
    ['each', { body: { ids: [NODE, {}] } }],
    ['each', { body: { ids: Array.from({ length: 1_001 }, () => NODE) } }],
  ])('refuses anything but ids where "%s" expects them', async (route, sent) => {
    const { guard, asked } = aGuard(() => true);
    await expect(guard.canActivate(requestTo(route, 'ada', sent).context)).rejects.toMatchObject({
      code: 'REQUEST.MALFORMED',
    });
    expect(asked).toEqual([]);
  });

  it.each<[keyof Routes, string[], boolean]>([
    ['either', ['roles:update'], true],
    ['either', [], false],
    ['both', ['roles:update'], false],
    ['both', ['roles:read', 'roles:update'], true],
  ])('for "%s", holding %j is enough: %s', async (route, held, expected) => {
    const { guard } = aGuard(({ permission }) => held.includes(permission));
    const answer = Promise.resolve(guard.canActivate(requestTo(route).context));
    await expect(answer.catch(() => false)).resolves.toBe(expected);
  });

  it('asks for every resource of a bulk request', async () => {
    const sent = { body: { ids: [NODE, OTHER] } };
    await expect(aGuard(() => true).guard.canActivate(requestTo('each', 'ada', sent).context)).resolves.toBe(
      true,
    );
    const { guard, published } = aGuard(({ resource }) => resource === NODE);
    await expect(guard.canActivate(requestTo('each', 'ada', sent).context)).rejects.toMatchObject({
      code: 'RBAC.MISSING_PERMISSION',
    });
    expect(published).toEqual([expect.objectContaining({ target: { type: 'resource', id: OTHER } })]);
  });

  it('hands a filter to a route that lists', async () => {
    const { context, request } = requestTo('list');
    await expect(aGuard(() => false).guard.canActivate(context)).resolves.toBe(true);
    expect((request as { accessFilter?: unknown }).accessFilter).toBe(FILTER);
  });

  it('asks nothing of the subject that the route is about', async () => {
    const { guard, asked } = aGuard(() => false);
    expect(guard.canActivate(requestTo('self', 'ada', { params: { id: 'ADA' } }).context)).toBe(true);
    expect(asked).toEqual([]);
    await expect(
      guard.canActivate(requestTo('self', 'ada', { params: { id: 'bob' } }).context),
    ).rejects.toMatchObject({
      code: 'RBAC.MISSING_PERMISSION',
    });
  });

  it.each<[string, (request: AccessRequest) => Answer, string]>([
    ['is not allowed to know of', () => false, 'RBAC.RESOURCE_NOT_FOUND'],
    ['may read', ({ permission }) => permission === 'roles:read', 'RBAC.MISSING_PERMISSION'],
    ['names by chance', () => ({ basis: 'unknown_resource' }), 'RBAC.RESOURCE_NOT_FOUND'],
  ])('of a concealed resource that the subject %s it says %s', async (_, answer, code) => {
    const { guard } = aGuard(answer);
    await expect(
      guard.canActivate(requestTo('concealed', 'ada', { params: { id: NODE } }).context),
    ).rejects.toMatchObject({ code });
  });

  it.each([
    [true, 'RBAC.RESOURCE_NOT_FOUND'],
    [false, 'RBAC.MISSING_PERMISSION'],
  ])(
    'tells of a missing resource only who holds the permission everywhere (%s)',
    async (everywhere, code) => {
      const { guard } = aGuard(({ resource }) =>
        resource === NODE ? { basis: 'unknown_resource' } : everywhere,
      );
      await expect(
        guard.canActivate(requestTo('onParam', 'ada', { params: { id: NODE } }).context),
      ).rejects.toMatchObject({ code });
    },
  );

  it('asks for a fresh authentication where that alone is in the way, and records no denial', async () => {
    const challenge = { acrValues: 'aal2', maxAge: 300 } as const;
    const { guard, published } = aGuard(() => ({ basis: 'challenge', challenge }));
    await expect(guard.canActivate(requestTo('guarded').context)).rejects.toMatchObject({
      code: 'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      options: { extensions: challenge },
    });
    expect(published).toEqual([]);
    const mixed = aGuard(({ permission }) =>
      permission === 'roles:read' ? { basis: 'challenge', challenge } : false,
    );
    await expect(mixed.guard.canActivate(requestTo('both').context)).rejects.toMatchObject({
      code: 'RBAC.MISSING_PERMISSION',
    });
  });
});
