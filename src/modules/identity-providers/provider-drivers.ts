import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { Dependencies } from '../../infrastructure/dependencies';
import type { IdentityProvider } from './identity-provider';
import type { ProviderDriver, ProviderDriverFactory } from './provider-driver';
import type { ProviderKind } from './provider-kinds';

interface Running {
  readonly version: number;
  readonly driver: ProviderDriver;
}

/** The drivers at work: one for each enabled provider, of the newest version of its record. */
@Injectable()
export class ProviderDrivers implements OnApplicationShutdown {
  private readonly factories = new Map<ProviderKind, ProviderDriverFactory<ProviderKind>>();
  private readonly running = new Map<string, Running>();
  private current: ReadonlyMap<string, number> = new Map();

  constructor(private readonly dependencies: Dependencies) {}

  register<Kind extends ProviderKind>(factory: ProviderDriverFactory<Kind>): void {
    this.factories.set(factory.kind, factory);
  }

  /**
   * The driver for this version of the provider; made at first use, and listed among the dependencies from then on.
   *
   * @throws DomainError `PROVIDER.UNAVAILABLE` when the record has changed or gone since it was read
   */
  of(provider: IdentityProvider): ProviderDriver {
    const known = this.running.get(provider.id);
    if (known?.version === provider.version) return known.driver;
    if (this.current.get(provider.id) !== provider.version)
      throw new DomainError('PROVIDER.UNAVAILABLE', { retryAfterSeconds: 1 });
    const driver = this.create(provider);
    if (driver.dependency !== undefined) this.dependencies.add(driver.dependency);
    this.running.set(provider.id, { version: provider.version, driver });
    return driver;
  }

  /** One that is kept by nobody: the caller disposes of it. */
  create(provider: IdentityProvider): ProviderDriver {
    const factory = this.factories.get(provider.kind);
    if (factory === undefined) throw new Error(`There is no driver for providers of kind "${provider.kind}"`);
    return factory.create(provider);
  }

  /** Ends those whose provider is not among `providers` in the version that they were made for. */
  retainOnly(providers: Iterable<IdentityProvider>): void {
    this.current = new Map([...providers].map(({ id, version }) => [id, version]));
    for (const [id, { version, driver }] of this.running) {
      if (this.current.get(id) === version) continue;
      this.running.delete(id);
      if (driver.dependency !== undefined) this.dependencies.remove(driver.dependency);
      driver.dispose();
    }
  }

  onApplicationShutdown(): void {
    this.retainOnly([]);
  }
}
