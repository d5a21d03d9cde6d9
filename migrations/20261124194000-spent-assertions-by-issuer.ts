import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A spent assertion belongs to whoever issued it, not to our record of them: that may be deleted, and made again while
 * the assertion is still good.
 */
const BY_ISSUER = `
  ALTER TABLE saml_spent_assertions ADD COLUMN issuer_hash bytea;
  UPDATE saml_spent_assertions SET issuer_hash = sha256(convert_to(config ->> 'entityId', 'UTF8'))
    FROM identity_providers WHERE id = provider_id;
  DELETE FROM saml_spent_assertions WHERE issuer_hash IS NULL;
  ALTER TABLE saml_spent_assertions DROP COLUMN provider_id;
  DELETE FROM saml_spent_assertions one USING saml_spent_assertions other
    WHERE one.issuer_hash = other.issuer_hash AND one.assertion_hash = other.assertion_hash
      AND one.ctid < other.ctid;
  ALTER TABLE saml_spent_assertions ADD PRIMARY KEY (issuer_hash, assertion_hash);
`;

export class SpentAssertionsByIssuer20261124194000 implements MigrationInterface {
  readonly name = 'SpentAssertionsByIssuer20261124194000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(BY_ISSUER);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
