import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sign-ins that are on their way through a browser. Whatever a browser or a client brings back is stored hashed. */
const FLOWS = `
  CREATE TABLE sso_flows (
    id uuid PRIMARY KEY,
    cookie_hash bytea NOT NULL CONSTRAINT uq_sso_flows_cookie_hash UNIQUE,
    state_hash bytea NOT NULL,
    provider_id uuid NOT NULL,
    return_to text NOT NULL,
    code_challenge text NOT NULL,
    protocol_state_ciphertext bytea NOT NULL,
    -- Set where somebody signed in adds a way in, and does not sign in.
    link_user_id uuid CONSTRAINT fk_sso_flows_link_user REFERENCES users (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX ix_sso_flows_expires_at ON sso_flows (expires_at);
  CREATE INDEX ix_sso_flows_link_user_id ON sso_flows (link_user_id) WHERE link_user_id IS NOT NULL;

  -- A code stays for a while after it was spent: one that returns ends what it had brought (RFC 9700 §2.1.1).
  CREATE TABLE sso_codes (
    code_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_sso_codes_user REFERENCES users (id) ON DELETE CASCADE,
    epoch integer NOT NULL,
    methods text[] NOT NULL,
    provider_id uuid NOT NULL,
    code_challenge text NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    reused_at timestamptz,
    session_id uuid
  );
  CREATE INDEX ix_sso_codes_expires_at ON sso_codes (expires_at);
  CREATE INDEX ix_sso_codes_user_id ON sso_codes (user_id);
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON sso_flows, sso_codes TO portcullis_runtime;
`;

export class SsoFlows20261124110000 implements MigrationInterface {
  readonly name = 'SsoFlows20261124110000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [FLOWS, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
