export { Leadership, type LeadershipOptions } from './leadership';
