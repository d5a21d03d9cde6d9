export { CursorCodec } from './cursor-codec';
export { PaginationModule } from './pagination.module';
