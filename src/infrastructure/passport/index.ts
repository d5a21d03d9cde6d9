export { PassportRunner } from './passport-runner';
