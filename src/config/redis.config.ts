import { registerAs } from '@nestjs/config';
import { environment } from './environment';

/** Without a URL the service runs without Redis: slower to spread changes, stricter in its limits, never looser. */
export const redisConfig = registerAs('redis', () => ({ url: environment().REDIS_URL }));
