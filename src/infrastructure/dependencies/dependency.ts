export type DependencyState = 'up' | 'down' | 'not_configured';

/** Something outside that this process uses, and how it fares without it. */
export interface Dependency {
  readonly name: string;
  /** What the service does while it is down. Told to everybody: no address, version or text of an error. */
  readonly failureMode: string;
  /** As far as is known now, without asking: what the last use of it showed. */
  condition(): DependencyCondition;
}

export interface DependencyCondition {
  readonly state: DependencyState;
  /** An open breaker keeps callers away for a moment after a failure. Null where there is none. */
  readonly breaker: 'closed' | 'open' | null;
  /** When the state last changed. */
  readonly since: Date;
}
