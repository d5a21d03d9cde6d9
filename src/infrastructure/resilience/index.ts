export { Breaker, type BreakerOptions } from './breaker';
