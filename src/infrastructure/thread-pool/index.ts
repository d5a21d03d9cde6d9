export { makeThreadPoolYield } from './thread-pool';
