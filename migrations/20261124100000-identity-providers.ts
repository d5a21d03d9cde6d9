import type { MigrationInterface, QueryRunner } from 'typeorm';

const IDENTITY_PROVIDERS = `
  CREATE TABLE identity_providers (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('ldap', 'saml', 'oidc')),
    slug text NOT NULL CONSTRAINT uq_identity_providers_slug UNIQUE,
    name text NOT NULL,
    enabled boolean NOT NULL,
    domains text[] NOT NULL,
    trusted_methods text[] NOT NULL,
    mappings jsonb NOT NULL,
    config jsonb NOT NULL,
    secrets_ciphertext bytea NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );

  -- Of enabled providers only: each email domain leads to one.
  CREATE TABLE identity_provider_domains (
    domain text CONSTRAINT uq_identity_provider_domains PRIMARY KEY,
    provider_id uuid NOT NULL
      CONSTRAINT fk_identity_provider_domains_provider REFERENCES identity_providers (id) ON DELETE CASCADE
  );
  CREATE INDEX ix_identity_provider_domains_provider ON identity_provider_domains (provider_id);
`;

const EXTERNAL_IDENTITIES = `
  CREATE TABLE external_identities (
    provider_id uuid NOT NULL
      CONSTRAINT fk_external_identities_provider REFERENCES identity_providers (id),
    external_id text NOT NULL,
    user_id uuid NOT NULL CONSTRAINT fk_external_identities_user REFERENCES users (id) ON DELETE CASCADE,
    username text NOT NULL,
    provisioned boolean NOT NULL,
    linked_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider_id, external_id),
    CONSTRAINT uq_external_identities_user UNIQUE (user_id, provider_id)
  );
`;

/** What a provider gives is kept apart from what people give: each is taken back by whoever gave it. */
const SOURCES = `
  ALTER TABLE group_members ADD COLUMN source text NOT NULL DEFAULT 'manual';
  ALTER TABLE group_members DROP CONSTRAINT group_members_pkey;
  ALTER TABLE group_members ADD PRIMARY KEY (group_id, member_id, source);
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON identity_providers, identity_provider_domains, external_identities
    TO portcullis_runtime;
`;

export class IdentityProviders20261124100000 implements MigrationInterface {
  readonly name = 'IdentityProviders20261124100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [IDENTITY_PROVIDERS, EXTERNAL_IDENTITIES, SOURCES, RUNTIME_ROLE])
      await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
