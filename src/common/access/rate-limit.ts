import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** How often a route may be called, and by what its callers are told apart; the rate-limit guard knows the rest. */
export type RateLimitPolicy = 'forgot' | 'login' | 'mfa' | 'refresh' | 'sso.answer' | 'sso.start';

/** The extension under which a route's policy reaches the OpenAPI document builder: it can answer 429. */
export const RATE_LIMIT_EXTENSION = 'x-rate-limit-policy';

const RATE_LIMIT = Symbol('rate-limit');

/**
 * Limits how often the route may be called; past the limit it answers 429 `AUTH.RATE_LIMITED`. Routes of one
 * policy share their counts. A route without it has no limit.
 */
export function RateLimit(policy: RateLimitPolicy): MethodDecorator {
  return applyDecorators(
    (_target: object, _key: string | symbol, descriptor: PropertyDescriptor) => {
      Reflect.defineMetadata(RATE_LIMIT, policy, descriptor.value as object);
    },
    ApiExtension(RATE_LIMIT_EXTENSION, policy),
  );
}

export function rateLimitOf(handler: object): RateLimitPolicy | undefined {
  return Reflect.getMetadata(RATE_LIMIT, handler) as RateLimitPolicy | undefined;
}
