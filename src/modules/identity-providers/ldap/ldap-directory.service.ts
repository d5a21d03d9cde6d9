import { Injectable } from '@nestjs/common';
import type { ExternalProfile } from '../external-profile';
import type { ProviderOf } from '../identity-provider';
import { ProviderDirectory } from '../provider-directory';
import { isVouchedFor } from '../vouched-address';
import type { DirectoryEntry, SearchOutcome } from './directory-driver';
import { LdapDriverFactory } from './ldap-driver.factory';

/** Whom a directory says somebody is, before and after their password was looked at. */
@Injectable()
export class LdapDirectoryService {
  constructor(
    private readonly directory: ProviderDirectory,
    private readonly drivers: LdapDriverFactory,
  ) {}

  /** @throws DomainError `PROVIDER.NOT_FOUND` */
  provider(slug: string): Promise<ProviderOf<'ldap'>> {
    return this.directory.bySlug(slug, 'ldap');
  }

  /** @throws DomainError `PROVIDER.UNAVAILABLE` */
  find(provider: ProviderOf<'ldap'>, username: string): Promise<SearchOutcome> {
    return this.drivers.of(provider).find(username);
  }

  /** Null where the password is right and the entry may sign in. @throws DomainError `PROVIDER.UNAVAILABLE` */
  refusalOf(
    provider: ProviderOf<'ldap'>,
    entry: DirectoryEntry | null,
    password: string,
  ): Promise<string | null> {
    return this.drivers.of(provider).refusalOf(entry, password);
  }

  profileOf({ id, config, domains }: ProviderOf<'ldap'>, entry: DirectoryEntry): ExternalProfile {
    const value = (name: string): string | null => entry.attributes[name]?.[0] ?? null;
    const email = value(config.attributes.email);
    return {
      providerId: id,
      externalId: entry.stableId,
      username: value(config.attributes.username) ?? '',
      email,
      emailVerified: isVouchedFor(email, domains),
      displayName: value(config.attributes.displayName),
      groups: entry.groups,
      attributes: entry.attributes,
      methods: ['pwd'],
    };
  }
}
