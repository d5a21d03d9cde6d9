export { WorkLoop } from './work-loop';
