import type { Dependency } from '../../../infrastructure/dependencies';
import type { ProviderDriver } from '../provider-driver';

/** An entry as the directory's reader sees it. */
export interface DirectoryEntry {
  /** The address of the server that found it: another may not know it yet, or know another by its name. */
  readonly server: string;
  readonly dn: string;
  /** entryUUID or objectGUID, as text. */
  readonly stableId: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly string[];
}

/** What became of looking for somebody; of several matches none is anybody. */
export type SearchOutcome =
  | { readonly kind: 'found'; readonly entry: DirectoryEntry }
  | { readonly kind: 'none' | 'ambiguous' | 'outside_base' | 'no_stable_id' };

/** A directory. Fails with `PROVIDER.UNAVAILABLE` within five seconds when it cannot be asked. */
export abstract class DirectoryDriver implements ProviderDriver {
  abstract readonly dependency: Dependency;
  /** The one entry that `username` names, before any password is looked at. */
  abstract find(username: string): Promise<SearchOutcome>;
  /**
   * Null where the password is the entry's; else why the directory says no. For nobody the same is asked of a name that
   * there is not, so that time does not tell who there is.
   */
  abstract refusalOf(entry: DirectoryEntry | null, password: string): Promise<string | null>;
  abstract test(): ReturnType<ProviderDriver['test']>;
  abstract dispose(): void;
}
