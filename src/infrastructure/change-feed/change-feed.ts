/** What a change is about; each kind has one subscriber a process. */
export type ChangeKind =
  | 'session.ended'
  | 'user.epoch'
  | 'token.revoked'
  | 'signing-keys'
  | 'identity-providers'
  | 'policy.roles'
  | 'policy.assignments'
  | 'policy.resources'
  | 'policy.groups'
  | 'policy.version';

/** Keeps one kind of knowledge in this process's memory true. */
export interface ChangeSubscriber {
  readonly kinds: readonly ChangeKind[];
  /** Loads all of it from the tables: at start, and after this process was blind for too long. */
  rebuild(): Promise<void>;
  /** Reads `keys` again. Called with every change once, in any order, possibly again after a failure. */
  refresh(kind: ChangeKind, keys: readonly string[]): Promise<void>;
}

/** How far this process is behind. */
export interface FeedDelay {
  /** Since the feed was last read. */
  readonly lagSeconds: number;
  /** For how long the cursor has waited for a transaction that is still open. */
  readonly horizonAgeSeconds: number;
}

/**
 * Tells every process what it must read again (domain: PostgreSQL is the truth, the feed spreads it). A change is
 * seen by this process before the transaction's caller goes on, and by every other within a second.
 */
export abstract class ChangeFeed {
  /** Registers before the application starts (in a constructor or `onModuleInit`). */
  abstract subscribe(subscriber: ChangeSubscriber): void;

  /** Records, in the current transaction, that `keys` changed. @throws Error outside of a transaction. */
  abstract append(kind: ChangeKind, keys: readonly string[]): Promise<void>;

  /**
   * Whether memory may be trusted: the feed was read less than 5 seconds ago. When false, a security decision
   * reads PostgreSQL instead.
   */
  abstract isFresh(): boolean;

  /** None, where changes need not be read. */
  get delay(): FeedDelay {
    return { lagSeconds: 0, horizonAgeSeconds: 0 };
  }
}
