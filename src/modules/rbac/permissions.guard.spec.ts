import type { ExecutionContext } from '@nestjs/common';
import { Authenticated, Public, RequirePermission, type PermissionName } from '../../common/access';
import type { DomainEvent, EventPublisher } from '../../common/events';
import { RequestContext } from '../../infrastructure/request-context';
import { PermissionsGuard } from './permissions.guard';
import type { PolicyService } from './policy.service';

class Routes {
  @Public()
  open(): string {
    return 'open';
  }

  @Authenticated()
  own(): string {
    return 'own';
  }

  @RequirePermission('roles:read')
  guarded(): string {
    return 'guarded';
  }

  undeclared(): string {
    return 'undeclared';
  }
}

const requestTo = (route: keyof Routes, subject?: string): ExecutionContext =>
  ({
    getHandler: () => Object.getOwnPropertyDescriptor(Routes.prototype, route)?.value as unknown,
    switchToHttp: () => ({
      getRequest: () => ({ principal: subject === undefined ? undefined : { subject } }),
    }),
  }) as unknown as ExecutionContext;

function aGuard(isAllowed: (subject: string, permission: PermissionName) => boolean | Promise<boolean>) {
  const published: DomainEvent[] = [];
  const events: EventPublisher = {
    publish: async (event) => {
      await new Promise(setImmediate);
      published.push(event);
    },
  };
  return {
    guard: new PermissionsGuard({ isAllowed } as PolicyService, events, new RequestContext()),
    published,
  };
}

describe('PermissionsGuard', () => {
  it('asks for the permission of the route and the subject of the token, and answers synchronously', () => {
    const { guard } = aGuard((subject, permission) => subject === 'ada' && permission === 'roles:read');
    expect(guard.canActivate(requestTo('guarded', 'ada'))).toBe(true);
    expect(guard.canActivate(requestTo('guarded', 'ada'))).toBe(true);
  });

  it('waits for a decision that is not in memory', async () => {
    const { guard, published } = aGuard(() => Promise.resolve(true));
    await expect(guard.canActivate(requestTo('guarded', 'ada'))).resolves.toBe(true);
    expect(published).toEqual([]);
  });

  it.each([
    ['in memory', () => false],
    ['read from the database', () => Promise.resolve(false)],
  ])('refuses by a decision %s once the denial is written down', async (_, isAllowed) => {
    const { guard, published } = aGuard(isAllowed);
    const refusal = guard.canActivate(requestTo('guarded', 'ada'));
    await expect(refusal).rejects.toMatchObject({
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
    await expect(guard.canActivate(requestTo('guarded', 'ada'))).rejects.toThrow('connection lost');
    expect(published).toEqual([]);
  });

  it.each<[keyof Routes, boolean]>([
    ['open', true],
    ['own', true],
    ['undeclared', false],
    ['guarded', false],
  ])('answers for the route "%s" without a principal: %s', (route, expected) => {
    const { guard } = aGuard(() => true);
    expect(guard.canActivate(requestTo(route))).toBe(expected);
  });
});
