import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { rateLimitOf } from '../../common/access';
import { PolicyThrottlerGuard } from './policy-throttler.guard';

/**
 * Lets a route without `@RateLimit()` pass at once: no hop, no promise, its metadata read only the first time.
 * (ThrottlerGuard itself is always asynchronous, so it stands behind this one.)
 *
 * On the others, throws `AUTH.RATE_LIMITED` past the limit, and `SERVICE.UNAVAILABLE` where it cannot count.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly limited = new Map<object, boolean>();

  constructor(private readonly throttler: PolicyThrottlerGuard) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.isLimited(context.getHandler()) ? this.throttler.canActivate(context) : true;
  }

  private isLimited(handler: object): boolean {
    let limited = this.limited.get(handler);
    if (limited === undefined) {
      limited = rateLimitOf(handler) !== undefined;
      this.limited.set(handler, limited);
    }
    return limited;
  }
}
