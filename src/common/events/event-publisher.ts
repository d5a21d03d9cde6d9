import type { DomainEvent } from './domain-event';
import type { EventContext } from './event-subscriber';

/**
 * Publishes facts. Inside a transaction the event is written with the change, or the change fails. Outside of
 * one (a refused login, a denial) the call resolves once the event is durable.
 */
export abstract class EventPublisher {
  /** `context` says where the fact came from, when it is published later, among those of other requests. */
  abstract publish(event: DomainEvent, context?: EventContext): Promise<void>;
}
