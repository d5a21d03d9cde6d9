import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { RateLimit, type RateLimitPolicy } from '../../common/access';
import { EventPublisher, type DomainEvent } from '../../common/events';
import { newDeviceToken, SecretBox } from '../crypto';
import { PolicyThrottlerGuard } from './policy-throttler.guard';
import { RateLimitGuard } from './rate-limit.guard';
import { rateLimitOptions } from './rate-limit.policies';
import type { LimitVerdict } from './rate-limit.storage';

const LIMITS = {
  loginPerAddress: 5,
  loginPerName: 3,
  refreshPerAddress: 10,
  mfaPerAddress: 20,
  mfaPerChallenge: 3,
  forgotPerMailbox: 5,
  forgotPerAddress: 8,
  ssoStartPerAddress: 100,
};

const routeOf = (policy?: RateLimitPolicy): object => {
  const handler = (): void => undefined;
  if (policy !== undefined) RateLimit(policy)({}, 'handler', { value: handler });
  return handler;
};

const routes = {
  login: routeOf('login'),
  otherLogin: routeOf('login'),
  refresh: routeOf('refresh'),
  mfa: routeOf('mfa'),
  forgot: routeOf('forgot'),
  unlimited: routeOf(),
};

class CountingStorage implements ThrottlerStorage {
  readonly hits = new Map<string, number>();

  increment(key: string, ttl: number, limit: number): Promise<LimitVerdict> {
    const totalHits = (this.hits.get(key) ?? 0) + 1;
    this.hits.set(key, totalHits);
    const timeToExpire = ttl / 1_000 - 1;
    const isBlocked = totalHits > limit;
    return Promise.resolve({
      totalHits,
      timeToExpire,
      isBlocked,
      timeToBlockExpire: isBlocked ? timeToExpire : 0,
      isFirstRefusal: totalHits === limit + 1,
    });
  }
}

class FakePublisher extends EventPublisher {
  readonly published: DomainEvent[] = [];
  fails = false;

  override publish(event: DomainEvent): Promise<void> {
    if (this.fails) return Promise.reject(new Error('the trail is full'));
    this.published.push(event);
    return Promise.resolve();
  }
}

class FakeReply {
  readonly sent: Record<string, unknown> = {};

  getHeader(name: string): unknown {
    return this.sent[name];
  }

  headers(headers: Record<string, unknown>): this {
    Object.assign(this.sent, headers);
    return this;
  }
}

const contextOf = (handler: object, request: object, reply = new FakeReply()): ExecutionContext =>
  ({
    getHandler: () => handler,
    getClass: () => Object,
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => reply }),
  }) as unknown as ExecutionContext;

describe('RateLimitGuard', () => {
  let storage: CountingStorage;
  let guard: RateLimitGuard;
  let events: FakePublisher;
  const box = new SecretBox(['a root secret that is used for tests only']);

  beforeEach(async () => {
    storage = new CountingStorage();
    events = new FakePublisher();
    const options = rateLimitOptions(LIMITS, box);
    const throttler = new PolicyThrottlerGuard(options, storage, new Reflector(), events);
    await throttler.onModuleInit();
    guard = new RateLimitGuard(throttler);
  });

  const call = async (handler: object, request: object): Promise<{ outcome: unknown; headers: object }> => {
    const reply = new FakeReply();
    const outcome = await Promise.resolve(guard.canActivate(contextOf(handler, request, reply))).catch(
      (error: unknown) => error,
    );
    return { outcome, headers: reply.sent };
  };

  const admittedOf = async (requests: readonly object[], handler: object = routes.login): Promise<number> => {
    const outcomes: unknown[] = [];
    for (const request of requests) outcomes.push((await call(handler, request)).outcome);
    return outcomes.filter((outcome) => outcome === true).length;
  };

  const from = (ip: string, username?: unknown): object => ({ ip, body: { username, password: 'x' } });
  const manyAddresses = (bodies: readonly unknown[]): object[] =>
    bodies.map((body, index) => ({ ip: `198.51.100.${index}`, body }));

  it('lets a route without a limit pass at once, and counts nothing', () => {
    expect(guard.canActivate(contextOf(routes.unlimited, from('192.0.2.1')))).toBe(true);
    expect(storage.hits.size).toBe(0);
  });

  it('refuses an address past its limit, whatever the names, and says when to come back', async () => {
    for (let calls = 0; calls < LIMITS.loginPerAddress; calls++) {
      expect((await call(routes.login, from('192.0.2.1', `name-${calls}`))).outcome).toBe(true);
    }

    const { outcome } = await call(routes.login, from('192.0.2.1', 'another'));

    expect(outcome).toMatchObject({ code: 'AUTH.RATE_LIMITED', options: { retryAfterSeconds: 59 } });
    expect((await call(routes.login, from('192.0.2.2', 'another'))).outcome).toBe(true);
  });

  it('refuses a name past its limit, whatever the address and the spelling', async () => {
    const spellings = ['ada', 'ADA', ' Ada ', 'ada', 'Ａda'].map((username) => ({ username }));

    expect(await admittedOf(manyAddresses(spellings))).toBe(LIMITS.loginPerName);
  });

  it('counts a known device by itself, and a made-up one by its name', async () => {
    const deviceToken = newDeviceToken(box);
    const strangers = Array.from({ length: 4 }, (_, index) => ({
      username: 'ada',
      deviceToken: `ptd_${index}`,
    }));
    const owner = Array.from({ length: 4 }, () => ({ username: 'ada', deviceToken }));

    expect(await admittedOf(manyAddresses(strangers))).toBe(LIMITS.loginPerName);
    expect(await admittedOf(manyAddresses(owner))).toBe(LIMITS.loginPerName);
  });

  it.each([
    ['an object', { username: { $ne: null } }],
    ['a number', { username: 7 }],
    ['absent', {}],
    ['blank', { username: '  ' }],
    ['longer than any name', { username: 'a'.repeat(255) }],
    ['in no body', undefined],
    ['in a body that is null', null],
    ['in a body that is a list', ['ada']],
    ['in a body that is text', 'ada'],
  ])('counts by address alone when the name is %s', async (_, body) => {
    expect(await admittedOf(manyAddresses(Array.from({ length: 10 }, () => body)))).toBe(10);
    expect(storage.hits.size).toBe(10);
  });

  it('records the first refusal of a window, with the name that was typed, and no other', async () => {
    await admittedOf(manyAddresses(Array.from({ length: 10 }, () => ({ username: ' Ada ' }))));

    expect(events.published).toMatchObject([
      {
        name: 'rate_limit.exceeded',
        outcome: 'denied',
        target: { type: 'rate_limit', id: 'login.name' },
        typedName: 'ada',
      },
    ]);
  });

  it('holds, and answers the same, where the refusal cannot be recorded', async () => {
    events.fails = true;
    expect(await admittedOf(Array.from({ length: 20 }, () => from('192.0.2.1')))).toBe(
      LIMITS.loginPerAddress,
    );
    expect((await call(routes.login, from('192.0.2.1'))).outcome).toMatchObject({
      code: 'AUTH.RATE_LIMITED',
    });
  });

  it('charges no name for calls of an address that is refused', async () => {
    await admittedOf(Array.from({ length: LIMITS.loginPerAddress }, () => from('192.0.2.1')));
    await admittedOf(Array.from({ length: 50 }, () => from('192.0.2.1', 'ada')));

    expect((await call(routes.login, from('192.0.2.2', 'ada'))).outcome).toBe(true);
  });

  it('counts the routes of one policy together and those of another apart', async () => {
    await admittedOf(Array.from({ length: LIMITS.loginPerAddress }, () => from('192.0.2.1')));

    expect(await admittedOf([from('192.0.2.1')], routes.otherLogin)).toBe(0);
    expect(
      await admittedOf(
        Array.from({ length: 20 }, () => from('192.0.2.1')),
        routes.refresh,
      ),
    ).toBe(10);
  });

  it('counts guesses at a challenge together, whatever the address, for as long as it can live', async () => {
    const guesses = manyAddresses(Array.from({ length: 10 }, () => ({ challengeId: 'mQd0' })));
    expect(await admittedOf(guesses, routes.mfa)).toBe(LIMITS.mfaPerChallenge);

    const { outcome } = await call(routes.mfa, { ip: '192.0.2.9', body: { challengeId: 'mQd0' } });
    expect(outcome).toMatchObject({ code: 'AUTH.RATE_LIMITED', options: { retryAfterSeconds: 599 } });
  });

  it('counts made-up challenges by the address that sends them', async () => {
    const madeUp = Array.from({ length: 50 }, (_, index) => ({
      ip: '192.0.2.1',
      body: { challengeId: index % 2 === 0 ? `made-up-${index}` : { $ne: null } },
    }));
    expect(await admittedOf(madeUp, routes.mfa)).toBe(LIMITS.mfaPerAddress);
  });

  it('counts mails to one mailbox together, whatever the spelling and the source, for an hour', async () => {
    const spellings = ['ada@example.com', 'ADA@Example.com'].flatMap((email) => [
      { email },
      { newEmail: email },
    ]);
    const flood = manyAddresses([...spellings, ...spellings, ...spellings]);
    expect(await admittedOf(flood, routes.forgot)).toBe(LIMITS.forgotPerMailbox);

    const { outcome } = await call(routes.forgot, { ip: '192.0.2.9', body: { email: 'ada@example.com' } });
    expect(outcome).toMatchObject({ code: 'AUTH.RATE_LIMITED', options: { retryAfterSeconds: 3_599 } });
  });

  it('counts mails that one source asks for together, whatever the mailbox, at no cost to the mailboxes', async () => {
    const flood = Array.from({ length: 20 }, (_, index) => ({
      ip: '192.0.2.1',
      body: { email: `somebody${index}@example.com` },
    }));
    expect(await admittedOf(flood, routes.forgot)).toBe(LIMITS.forgotPerAddress);

    const theirs = manyAddresses(
      Array.from({ length: LIMITS.forgotPerMailbox }, () => ({ email: 'somebody19@example.com' })),
    );
    expect(await admittedOf(theirs, routes.forgot)).toBe(LIMITS.forgotPerMailbox);
  });

  it.each([
    ['an IPv4 address and its IPv6 form', '192.0.2.1', '::ffff:192.0.2.1', true],
    ['two addresses of an IPv6 /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['two IPv6 /64s', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ])('tells %s apart or not: %s, %s, %s', async (_, first, second, isSame) => {
    await admittedOf(Array.from({ length: LIMITS.loginPerAddress }, () => from(first)));

    expect((await call(routes.login, from(second))).outcome === true).toBe(!isSame);
  });

  it('tells the limit that is nearest to being reached, also when it refuses', async () => {
    const fresh = await call(routes.login, from('192.0.2.1', 'ada'));
    await admittedOf(manyAddresses([{ username: 'ada' }, { username: 'ada' }]));
    const refused = await call(routes.login, from('192.0.2.1', 'ada'));
    const nameless = await call(routes.login, from('192.0.2.1'));

    expect(fresh.headers).toEqual({ 'ratelimit-limit': 3, 'ratelimit-remaining': 2, 'ratelimit-reset': 59 });
    expect(refused.headers).toEqual({
      'ratelimit-limit': 3,
      'ratelimit-remaining': 0,
      'ratelimit-reset': 59,
    });
    expect(nameless.headers).toEqual({
      'ratelimit-limit': 5,
      'ratelimit-remaining': 2,
      'ratelimit-reset': 59,
    });
  });

  it('keeps neither names nor addresses in clear', async () => {
    await call(routes.login, from('192.0.2.1', 'ada'));

    const keys = [...storage.hits.keys()];
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
  });
});
