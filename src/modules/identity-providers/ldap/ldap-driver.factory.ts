import { Injectable } from '@nestjs/common';
import { PassportRunner } from '../../../infrastructure/passport';
import type { ProviderOf } from '../identity-provider';
import type { ProviderDriverFactory } from '../provider-driver';
import { ProviderDrivers } from '../provider-drivers';
import type { DirectoryDriver } from './directory-driver';
import { LdapDirectoryDriver } from './ldap-directory.driver';

@Injectable()
export class LdapDriverFactory implements ProviderDriverFactory<'ldap'> {
  readonly kind = 'ldap';

  constructor(
    private readonly drivers: ProviderDrivers,
    private readonly passport: PassportRunner,
  ) {
    drivers.register(this);
  }

  create(provider: ProviderOf<'ldap'>): DirectoryDriver {
    return new LdapDirectoryDriver(provider, this.passport);
  }

  of(provider: ProviderOf<'ldap'>): DirectoryDriver {
    return this.drivers.of(provider) as DirectoryDriver;
  }
}
