import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What came of a provider's answer: the record by which it was believed, and what ends the session there. Codes and
 * challenges of before have none, and end: whoever was on their way begins anew.
 */
const SIGN_INS = `
  CREATE TABLE provider_sign_ins (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_provider_sign_ins_user REFERENCES users (id) ON DELETE CASCADE,
    provider_id uuid NOT NULL,
    provider_version integer NOT NULL,
    -- When the provider says that it last saw the person prove who they are.
    auth_time timestamptz,
    -- Where the person signs out there, and the ID token that says who does.
    logout_ciphertext bytea,
    session_id uuid CONSTRAINT uq_provider_sign_ins_session_id UNIQUE
      CONSTRAINT fk_provider_sign_ins_session REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX ix_provider_sign_ins_user_id ON provider_sign_ins (user_id);
  CREATE INDEX ix_provider_sign_ins_unused ON provider_sign_ins (created_at) WHERE session_id IS NULL;

  ALTER TABLE sso_codes ADD COLUMN provider_sign_in_id uuid;
  ALTER TABLE sign_in_challenges ADD COLUMN provider_sign_in_id uuid;

  -- However a session ends: whoever ends one need not know of this.
  CREATE FUNCTION forget_provider_sign_in() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM provider_sign_ins WHERE session_id = NEW.id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER forget_provider_sign_in AFTER UPDATE OF ended_at ON sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION forget_provider_sign_in();
`;

/** People on their way back from signing out at a provider. */
const SIGN_OUTS = `
  CREATE TABLE provider_sign_outs (
    state_hash bytea PRIMARY KEY,
    return_to text NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX ix_provider_sign_outs_expires_at ON provider_sign_outs (expires_at);
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON provider_sign_ins TO portcullis_runtime;
  GRANT SELECT, INSERT, DELETE ON provider_sign_outs TO portcullis_runtime;
`;

export class ProviderSignIns20261124140000 implements MigrationInterface {
  readonly name = 'ProviderSignIns20261124140000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [SIGN_INS, SIGN_OUTS, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
