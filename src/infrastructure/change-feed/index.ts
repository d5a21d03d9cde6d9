export { ChangeFeed, type ChangeKind, type ChangeSubscriber } from './change-feed';
export { ChangeFeedModule } from './change-feed.module';
