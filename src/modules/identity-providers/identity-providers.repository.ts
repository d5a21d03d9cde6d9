import { Injectable } from '@nestjs/common';
import { sealedColumn } from '../../infrastructure/crypto';
import { Database } from '../../infrastructure/database';
import type { ProviderContent } from './identity-provider';
import type { ProviderKind } from './provider-kinds';

export const PROVIDER_SECRETS_PURPOSE = sealedColumn({
  purpose: 'identity-provider',
  table: 'identity_providers',
  id: 'id',
  ciphertext: 'secrets_ciphertext',
});

/** As the table holds it: the secrets sealed, apart from the rest of the configuration. */
export interface StoredProvider extends ProviderContent {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secretsCiphertext: Buffer;
  readonly version: number;
}

/** What its people may know of a provider. */
export type ProviderLabel = Pick<StoredProvider, 'id' | 'kind' | 'slug' | 'name' | 'enabled'>;

export const SLUG_CONSTRAINT = 'uq_identity_providers_slug';
export const DOMAIN_CONSTRAINT = 'uq_identity_provider_domains';

const SELECT = `SELECT id, kind, slug, name, enabled, domains, trusted_methods AS "trustedMethods", mappings, config,
  secrets_ciphertext AS "secretsCiphertext", version FROM identity_providers`;
const FIND = { name: 'identity-providers-find', text: `${SELECT} WHERE id = $1` };
const FIND_ENABLED = {
  name: 'identity-providers-find-enabled',
  text: `${SELECT} WHERE enabled ORDER BY name, id`,
};
const FIND_LABELS = {
  name: 'identity-providers-find-labels',
  text: 'SELECT id, kind, slug, name, enabled FROM identity_providers WHERE id = ANY($1)',
};
const FIND_PAGE = {
  name: 'identity-providers-find-page',
  text: `${SELECT} WHERE id > $1 ORDER BY id LIMIT $2`,
};
const INSERT = {
  name: 'identity-providers-insert',
  text: `INSERT INTO identity_providers (id, kind, slug, name, enabled, domains, trusted_methods, mappings, config,
           secrets_ciphertext)
         VALUES ($1, $10, $2, $3, $4, $5, $6, $7, $8, $9)`,
};
const UPDATE = {
  name: 'identity-providers-update',
  text: `UPDATE identity_providers SET slug = $2, name = $3, enabled = $4, domains = $5, trusted_methods = $6,
           mappings = $7, config = $8, secrets_ciphertext = $9, version = version + 1, updated_at = now()
         WHERE id = $1 AND version = $10`,
};
const DELETE = {
  name: 'identity-providers-delete',
  text: 'DELETE FROM identity_providers WHERE id = $1 AND version = $2',
};
const DELETE_DOMAINS = {
  name: 'identity-provider-domains-delete',
  text: 'DELETE FROM identity_provider_domains WHERE provider_id = $1',
};
const INSERT_DOMAINS = {
  name: 'identity-provider-domains-insert',
  text: 'INSERT INTO identity_provider_domains (domain, provider_id) SELECT DISTINCT unnest($2::text[]), $1::uuid',
};
// Whoever changes the record meanwhile waits until the transaction that asked is over.
const LOCK_IF_CURRENT = {
  name: 'identity-providers-lock-if-current',
  text: 'SELECT 1 FROM identity_providers WHERE id = $1 AND version = $2 AND enabled FOR SHARE',
};
const IS_USED = {
  name: 'identity-providers-is-used',
  text: 'SELECT 1 FROM external_identities WHERE provider_id = $1 LIMIT 1',
};
// Not even one that is being linked just now may be missed: its row refers to this one.
const LOCK = {
  name: 'identity-providers-lock',
  text: 'SELECT 1 FROM identity_providers WHERE id = $1 FOR UPDATE',
};
const FIND_LINKED = {
  name: 'identity-providers-find-linked',
  text: 'SELECT user_id AS "userId" FROM external_identities WHERE provider_id = $1',
};

@Injectable()
export class IdentityProvidersRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<StoredProvider | null> {
    return (await this.database.query<StoredProvider>(FIND, [id]))[0] ?? null;
  }

  findEnabled(): Promise<StoredProvider[]> {
    return this.database.query<StoredProvider>(FIND_ENABLED);
  }

  findLabels(ids: readonly string[]): Promise<ProviderLabel[]> {
    return this.database.query<ProviderLabel>(FIND_LABELS, [ids]);
  }

  findPage(afterId: string, limit: number): Promise<StoredProvider[]> {
    return this.database.query<StoredProvider>(FIND_PAGE, [afterId, limit]);
  }

  async insert(provider: Omit<StoredProvider, 'version'>): Promise<void> {
    await this.database.change(INSERT, [...valuesOf(provider), provider.kind]);
    await this.insertDomains(provider);
  }

  /** False when the provider is gone or has another version. */
  async update(provider: StoredProvider): Promise<boolean> {
    if ((await this.database.change(UPDATE, [...valuesOf(provider), provider.version])) !== 1) return false;
    await this.database.change(DELETE_DOMAINS, [provider.id]);
    await this.insertDomains(provider);
    return true;
  }

  async delete(id: string, version: number): Promise<boolean> {
    return (await this.database.change(DELETE, [id, version])) === 1;
  }

  /** Whether the provider is enabled at `version`; until the transaction ends it stays so. */
  async lockIfCurrent(id: string, version: number): Promise<boolean> {
    return (await this.database.query(LOCK_IF_CURRENT, [id, version])).length === 1;
  }

  /** Whether an account is linked to an identity there. */
  async isUsed(id: string): Promise<boolean> {
    return (await this.database.query(IS_USED, [id])).length > 0;
  }

  /** Whose accounts it is a way into; until the transaction ends nobody is added. */
  async findLinkedLocked(id: string): Promise<string[]> {
    await this.database.query(LOCK, [id]);
    return (await this.database.query<{ userId: string }>(FIND_LINKED, [id])).map(({ userId }) => userId);
  }

  private async insertDomains({ id, enabled, domains }: Omit<StoredProvider, 'version'>): Promise<void> {
    if (enabled && domains.length > 0) await this.database.change(INSERT_DOMAINS, [id, domains]);
  }
}

function valuesOf(provider: Omit<StoredProvider, 'version'>): unknown[] {
  const { id, slug, name, enabled, domains, trustedMethods, mappings, config, secretsCiphertext } = provider;
  const [mappingsJson, configJson] = [JSON.stringify(mappings), JSON.stringify(config)];
  return [id, slug, name, enabled, domains, trustedMethods, mappingsJson, configJson, secretsCiphertext];
}
