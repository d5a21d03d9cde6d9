export { BoundedQueue } from './bounded-queue';
export { Breaker, type BreakerOptions } from './breaker';
