import type { EventName } from './event-catalogue';

export type EventOutcome = 'success' | 'failure' | 'denied';

export interface EventTarget {
  readonly type: string;
  readonly id: string | null;
}

/** Before and after of one field. Secrets are never values here; a changed secret is `{ after: '***' }`. */
export interface FieldChange {
  readonly before?: unknown;
  readonly after?: unknown;
}

export type FieldChanges = Readonly<Record<string, FieldChange>>;

/**
 * A fact, in ids and primitives: no entities, no secrets, no request. Who did it, when and from where is
 * added by the publisher, so that no event can forget it.
 */
export abstract class DomainEvent {
  /** `aggregate.past`. */
  abstract readonly name: EventName;
  abstract readonly target: EventTarget;
  readonly outcome: EventOutcome = 'success';
  /** Why it was refused or ended; for the trail, never for the client. */
  readonly reason?: string | undefined;
  /** Whose deed it is where no authenticated principal stands behind the request (a login, a first start). */
  readonly actor?: EventTarget | undefined;
  readonly sessionId?: string | undefined;
  readonly changes?: FieldChanges | undefined;
  /** Changes that tell something about a person: kept under that person's key and erasable. */
  readonly personalChanges?: FieldChanges | undefined;
  /** The name that somebody typed where no account is known. */
  readonly typedName?: string | undefined;
}
