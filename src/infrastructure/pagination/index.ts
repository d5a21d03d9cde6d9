export { CursorCodec } from './cursor-codec';
export { keysetPage } from './keyset-page';
export { PaginationModule } from './pagination.module';
