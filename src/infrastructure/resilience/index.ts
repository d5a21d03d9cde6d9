export { Bulwark } from './bulwark';
export { Breaker, type BreakerOptions } from './breaker';
