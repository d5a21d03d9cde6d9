import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { ChangeFeed, type ChangeSubscriber } from '../../infrastructure/change-feed';
import type { IdentityProvider, ProviderOf } from './identity-provider';
import {
  IdentityProvidersRepository,
  type ProviderLabel,
  type StoredProvider,
} from './identity-providers.repository';
import { ProviderDrivers } from './provider-drivers';
import type { ProviderKind } from './provider-kinds';
import { ProviderSecrets } from './provider-secrets';

/** The enabled providers, in this process's memory, their secrets opened. */
@Injectable()
export class ProviderDirectory implements ChangeSubscriber {
  readonly kinds = ['identity-providers'] as const;
  private readonly logger = new Logger('IdentityProviders');
  private providers: readonly IdentityProvider[] = [];
  private loading: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: IdentityProvidersRepository,
    private readonly secrets: ProviderSecrets,
    private readonly drivers: ProviderDrivers,
    private readonly feed: ChangeFeed,
  ) {
    feed.subscribe(this);
  }

  /** @throws DomainError `PROVIDER.NOT_FOUND` when there is none, or it is disabled, of another kind or broken. */
  async bySlug<Kind extends ProviderKind>(slug: string, kind: Kind): Promise<ProviderOf<Kind>> {
    const found = (await this.list()).find((provider) => provider.slug === slug && provider.kind === kind);
    if (found === undefined) throw new DomainError('PROVIDER.NOT_FOUND');
    return found as ProviderOf<Kind>;
  }

  /** @throws DomainError `PROVIDER.NOT_FOUND` */
  async byId(id: string): Promise<IdentityProvider> {
    const found = (await this.list()).find((provider) => provider.id === id);
    if (found === undefined) throw new DomainError('PROVIDER.NOT_FOUND');
    return found;
  }

  /**
   * Whether the provider is enabled, and its record still at `version`: asks the database, and until the caller's
   * transaction ends it stays so.
   */
  lockIfCurrent(id: string, version: number): Promise<boolean> {
    return this.repository.lockIfCurrent(id, version);
  }

  /** Whose people have addresses in `domain`. */
  async byDomain(domain: string): Promise<IdentityProvider | undefined> {
    return (await this.list()).find(({ domains }) => domains.includes(domain.toLowerCase()));
  }

  /** By name. While the feed cannot be read, from the database. */
  async list(): Promise<readonly IdentityProvider[]> {
    if (!this.feed.isFresh()) await this.load();
    return this.providers;
  }

  /** Those of `ids`, disabled and broken ones as well: what nobody signs in by must still have a name. Asks the database. */
  labels(ids: readonly string[]): Promise<ProviderLabel[]> {
    return this.repository.findLabels(ids);
  }

  /** As they were last read: to tell of, and not to decide by. */
  get known(): readonly IdentityProvider[] {
    return this.providers;
  }

  rebuild(): Promise<void> {
    return this.load();
  }

  refresh(): Promise<void> {
    return this.load();
  }

  /** One load at a time: of two that overlap, the one that read first must not have the last word. */
  private load(): Promise<void> {
    const load = async (): Promise<void> => {
      const rows = await this.repository.findEnabled();
      this.providers = rows.flatMap((row) => this.open(row));
      this.drivers.retainOnly(this.providers);
    };
    this.loading = this.loading.then(load, load);
    return this.loading;
  }

  /** A broken record denies its own way in and no other. */
  private open(row: StoredProvider): IdentityProvider[] {
    try {
      return [this.secrets.open(row)];
    } catch (error) {
      this.logger.error(`The identity provider "${row.slug}" cannot be used: ${String(error)}`);
      return [];
    }
  }
}
