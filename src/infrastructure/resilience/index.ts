export { Bulwark } from './bulwark';
