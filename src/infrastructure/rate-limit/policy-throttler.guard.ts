import { Injectable, Logger } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import { RateLimitExceededEvent } from './events/rate-limit-exceeded.event';
import { LOGIN_NAME_LIMIT } from './rate-limit.policies';
import type { LimitVerdict } from './rate-limit.storage';

const REMAINING = 'ratelimit-remaining';

/** Counts a call against each limit of its route's policy, in our error and header formats. */
@Injectable()
export class PolicyThrottlerGuard extends ThrottlerGuard {
  private readonly log = new Logger('RateLimit');

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly publisher: EventPublisher,
  ) {
    super(options, storage, reflector);
  }

  protected override async handleRequest(request: ThrottlerRequest): Promise<boolean> {
    const { context, limit, ttl, blockDuration, throttler } = request;
    const { req, res } = this.getRequestResponse(context);
    const name = throttler.name ?? '';
    const tracker = await request.getTracker(req, context);
    const key = request.generateKey(context, tracker, name);
    const count = (await this.storageService.increment(key, ttl, limit, blockDuration, name)) as LimitVerdict;
    tellMostRestrictive(res as FastifyReply, limit, Math.max(0, limit - count.totalHits), count.timeToExpire);
    if (count.isFirstRefusal) await this.record(name, tracker);
    if (count.isBlocked)
      throw new DomainError('AUTH.RATE_LIMITED', { retryAfterSeconds: count.timeToExpire });
    return true;
  }

  /** A trail that cannot be written to must not lift the limit, nor turn its answer into another. */
  private async record(limit: string, tracker: string): Promise<void> {
    const typedName = limit === LOGIN_NAME_LIMIT ? tracker : undefined;
    try {
      await this.publisher.publish(new RateLimitExceededEvent(limit, typedName));
    } catch (error) {
      this.log.warn(`An exceeded limit could not be recorded: ${String(error)}`);
    }
  }
}

function tellMostRestrictive(
  reply: FastifyReply,
  limit: number,
  remaining: number,
  resetSeconds: number,
): void {
  const told = reply.getHeader(REMAINING);
  if (told !== undefined && Number(told) <= remaining) return;
  void reply.headers({ 'ratelimit-limit': limit, [REMAINING]: remaining, 'ratelimit-reset': resetSeconds });
}
