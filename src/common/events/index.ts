export {
  DomainEvent,
  type EventOutcome,
  type EventTarget,
  type FieldChange,
  type FieldChanges,
} from './domain-event';
export { EVENT_CATALOGUE, EVENT_CATEGORIES, type EventCategory, type EventName } from './event-catalogue';
export { EventPublisher } from './event-publisher';
export {
  isEventSubscriber,
  OnDomainEvent,
  type EventContext,
  type EventSubscriber,
} from './event-subscriber';
