import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people have beside their password. An enrolment is not a factor before it was confirmed. */
const FACTORS = `
  CREATE TABLE totp_factors (
    user_id uuid PRIMARY KEY CONSTRAINT fk_totp_factors_user REFERENCES users (id) ON DELETE CASCADE,
    secret_ciphertext bytea NOT NULL,
    -- RFC 6238 §5.2: the step of the last code that was accepted; none up to it is accepted again.
    last_step bigint NOT NULL,
    confirmed_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE totp_enrolments (
    user_id uuid PRIMARY KEY CONSTRAINT fk_totp_enrolments_user REFERENCES users (id) ON DELETE CASCADE,
    secret_ciphertext bytea NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX ix_totp_enrolments_expires_at ON totp_enrolments (expires_at);

  CREATE TABLE recovery_codes (
    user_id uuid NOT NULL CONSTRAINT fk_recovery_codes_user REFERENCES users (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    PRIMARY KEY (user_id, code_hash)
  );

  -- The class of attempts that the rest of a sign-in counts to.
  ALTER TABLE sign_in_challenges ADD COLUMN source_class text NOT NULL DEFAULT 'unknown';
`;

const ROLES_THAT_REQUIRE_THEM = `
  ALTER TABLE roles ADD COLUMN requires_mfa boolean NOT NULL DEFAULT false;
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON totp_factors, totp_enrolments, recovery_codes TO portcullis_runtime;
`;

export class SecondFactors20261124070000 implements MigrationInterface {
  readonly name = 'SecondFactors20261124070000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [FACTORS, ROLES_THAT_REQUIRE_THEM, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
