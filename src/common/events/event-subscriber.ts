import type { DomainEvent, EventTarget } from './domain-event';

/** Where a fact came from, captured when it was published. */
export interface EventContext {
  readonly actor: EventTarget;
  readonly requestId: string | null;
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Runs in the publisher's transaction where there is one: it commits with the change or fails it. */
export type EventSubscriber = (event: DomainEvent, context: EventContext) => Promise<void>;

const SUBSCRIPTION = Symbol('event-subscription');

/** Marks a provider's method, an {@link EventSubscriber}, as a subscriber of every domain event. */
export function OnDomainEvent(): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata(SUBSCRIPTION, true, descriptor.value as object);
  };
}

export function isEventSubscriber(method: object): boolean {
  return Reflect.hasMetadata(SUBSCRIPTION, method);
}
