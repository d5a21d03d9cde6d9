export { GroupCommit } from './group-commit';
