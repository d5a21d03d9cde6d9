import type { DomainEvent } from './domain-event';

/**
 * Publishes facts. Inside a transaction the event is written with the change, or the change fails. Outside of
 * one (a refused login, a denial) the call resolves once the event is durable.
 */
export abstract class EventPublisher {
  abstract publish(event: DomainEvent): Promise<void>;
}
