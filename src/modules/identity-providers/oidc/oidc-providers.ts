import { Injectable } from '@nestjs/common';
import { OutboundHttp } from '../../../infrastructure/http-client';
import type { ProviderOf } from '../identity-provider';
import { ProviderDirectory } from '../provider-directory';
import type { ProviderDriverFactory } from '../provider-driver';
import { ProviderDrivers } from '../provider-drivers';
import { publicJwkOf, type ClientJwk } from './client-key';
import { OidcDriver } from './oidc-driver';

interface ResolvedOidcProvider {
  readonly providerId: string;
  /** Of its record. */
  readonly version: number;
  readonly driver: OidcDriver;
}

/** The OpenID providers, each with what speaks to it. */
@Injectable()
export class OidcProviders implements ProviderDriverFactory<'oidc'> {
  readonly kind = 'oidc';

  constructor(
    private readonly directory: ProviderDirectory,
    private readonly drivers: ProviderDrivers,
    private readonly http: OutboundHttp,
  ) {
    drivers.register(this);
  }

  create(provider: ProviderOf<'oidc'>): OidcDriver {
    return new OidcDriver(provider, this.http);
  }

  /** @throws DomainError `PROVIDER.NOT_FOUND` when there is none, or it is disabled or of another kind; as {@link ProviderDrivers.of} */
  async bySlug(slug: string): Promise<ResolvedOidcProvider> {
    const provider = await this.directory.bySlug(slug, this.kind);
    const driver = this.drivers.of(provider) as OidcDriver;
    return { providerId: provider.id, version: provider.version, driver };
  }

  /** The keys of ours that a provider may believe. @throws DomainError `PROVIDER.NOT_FOUND`, as {@link bySlug} */
  async publicKeys(slug: string): Promise<ClientJwk[]> {
    const { clientKey } = (await this.directory.bySlug(slug, this.kind)).config;
    return clientKey === undefined ? [] : [publicJwkOf(clientKey)];
  }
}
