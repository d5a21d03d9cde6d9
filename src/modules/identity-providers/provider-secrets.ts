import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../infrastructure/crypto';
import type { IdentityProvider } from './identity-provider';
import { PROVIDER_SECRETS_PURPOSE, type StoredProvider } from './identity-providers.repository';
import { PROVIDER_KINDS, type ProviderKind } from './provider-kinds';

type Config = Readonly<Record<string, unknown>>;

/** Takes a configuration apart into what may be read and what is sealed, and puts it together again. */
@Injectable()
export class ProviderSecrets {
  constructor(private readonly box: SecretBox) {}

  seal(id: string, kind: ProviderKind, config: Config): Pick<StoredProvider, 'config' | 'secretsCiphertext'> {
    const isSecret = ([field]: [string, unknown]): boolean =>
      PROVIDER_KINDS[kind].secretFields.includes(field);
    const entries = Object.entries(config);
    const secrets = JSON.stringify(Object.fromEntries(entries.filter(isSecret)));
    return {
      config: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
      secretsCiphertext: this.box.seal(PROVIDER_SECRETS_PURPOSE, Buffer.from(secrets), id),
    };
  }

  /** The configuration as it was written. @throws SecretBoxError */
  configOf({ id, config, secretsCiphertext }: StoredProvider): Config {
    const secrets = this.box.open(PROVIDER_SECRETS_PURPOSE, secretsCiphertext, id).toString();
    return { ...config, ...(JSON.parse(secrets) as Config) };
  }

  /** @throws SecretBoxError, DomainError `PROVIDER.INVALID_CONFIG` when the record is broken. */
  open(stored: StoredProvider): IdentityProvider {
    const { secretsCiphertext: _, ...rest } = stored;
    const config = PROVIDER_KINDS[stored.kind].parse(this.configOf(stored));
    return { ...rest, config } as IdentityProvider;
  }
}
