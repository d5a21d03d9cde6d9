import { Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerRequest } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../../common/errors';

const REMAINING = 'ratelimit-remaining';

/** Counts a call against each limit of its route's policy, in our error and header formats. */
@Injectable()
export class PolicyThrottlerGuard extends ThrottlerGuard {
  protected override async handleRequest(request: ThrottlerRequest): Promise<boolean> {
    const { context, limit, ttl, blockDuration, throttler } = request;
    const { req, res } = this.getRequestResponse(context);
    const name = throttler.name ?? '';
    const key = request.generateKey(context, await request.getTracker(req, context), name);
    const count = await this.storageService.increment(key, ttl, limit, blockDuration, name);
    tellMostRestrictive(res as FastifyReply, limit, Math.max(0, limit - count.totalHits), count.timeToExpire);
    if (count.isBlocked)
      throw new DomainError('AUTH.RATE_LIMITED', { retryAfterSeconds: count.timeToExpire });
    return true;
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
