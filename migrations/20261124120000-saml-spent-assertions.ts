import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Assertions that were used; a provider chooses their ids, so that only their hashes have a bounded size. */
const SPENT_ASSERTIONS = `
  CREATE TABLE saml_spent_assertions (
    provider_id uuid NOT NULL,
    assertion_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (provider_id, assertion_hash)
  );
  CREATE INDEX ix_saml_spent_assertions_expires_at ON saml_spent_assertions (expires_at);
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT, DELETE ON saml_spent_assertions TO portcullis_runtime;
`;

export class SamlSpentAssertions20261124120000 implements MigrationInterface {
  readonly name = 'SamlSpentAssertions20261124120000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [SPENT_ASSERTIONS, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
