import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { IdentityProvider } from './identity-provider';
import type { ProviderDriver, ProviderDriverFactory } from './provider-driver';
import type { ProviderKind } from './provider-kinds';

interface Running {
  readonly version: number;
  readonly driver: ProviderDriver;
}

/** The drivers at work: one for each provider, of the newest version of its record. */
@Injectable()
export class ProviderDrivers implements OnApplicationShutdown {
  private readonly factories = new Map<ProviderKind, ProviderDriverFactory<ProviderKind>>();
  private readonly running = new Map<string, Running>();

  register<Kind extends ProviderKind>(factory: ProviderDriverFactory<Kind>): void {
    this.factories.set(factory.kind, factory);
  }

  /** The driver for this version of the provider; made at first use. */
  of(provider: IdentityProvider): ProviderDriver {
    const known = this.running.get(provider.id);
    if (known?.version === provider.version) return known.driver;
    const driver = this.create(provider);
    // A sign-in that began with the version before may ask late: it gets a driver of its own version, unkept.
    if (known !== undefined && known.version > provider.version) return driver;
    known?.driver.dispose();
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
    const versions = new Map([...providers].map(({ id, version }) => [id, version]));
    for (const [id, { version, driver }] of this.running) {
      if (versions.get(id) === version) continue;
      this.running.delete(id);
      driver.dispose();
    }
  }

  onApplicationShutdown(): void {
    this.retainOnly([]);
  }
}
