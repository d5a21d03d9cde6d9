import { Injectable } from '@nestjs/common';
import { RedisClient, redisScript } from '../redis';
import { RateLimitStorage, type WindowCount } from './rate-limit.storage';

const KEY_PREFIX = 'portcullis:rate:';

/** Every key leaves with an expiry, also one that has lost it. */
const HIT = redisScript(`
  local atLeast = tonumber(ARGV[2])
  local hits = redis.call('INCR', KEYS[1])
  if hits <= atLeast then hits = redis.call('INCRBY', KEYS[1], atLeast + 1 - hits) end
  local remaining = redis.call('PTTL', KEYS[1])
  if remaining < 0 then
    remaining = tonumber(ARGV[1])
    redis.call('PEXPIRE', KEYS[1], remaining)
  end
  return { hits, remaining }
`);

/** Counts for all processes, by one script a hit. */
@Injectable()
export class RedisRateLimitStorage extends RateLimitStorage {
  constructor(private readonly redis: RedisClient) {
    super();
  }

  /** @throws RedisUnavailableError */
  override async hit(key: string, windowMs: number, atLeast = 0): Promise<WindowCount> {
    const answer = await this.redis.evaluate(HIT, [KEY_PREFIX + key], [windowMs, atLeast]);
    const [hits, remainingMs] = answer as [number, number];
    return { hits, remainingMs };
  }
}
