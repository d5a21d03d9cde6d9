import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Batches of sealed events, chained and signed. `leaves` are their Merkle leaves, 32 bytes each, in order. */
const SEALING = `
  CREATE TABLE audit_sealing_keys (
    kid text PRIMARY KEY,
    public_key bytea NOT NULL,
    private_key_ciphertext bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE TABLE audit_batches (
    number bigint PRIMARY KEY,
    id uuid NOT NULL CONSTRAINT uq_audit_batches_id UNIQUE,
    month date NOT NULL,
    first_sequence bigint NOT NULL CONSTRAINT uq_audit_batches_first UNIQUE,
    last_sequence bigint NOT NULL CONSTRAINT uq_audit_batches_last UNIQUE,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    leaves bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    kid text NOT NULL CONSTRAINT fk_audit_batches_key REFERENCES audit_sealing_keys (kid),
    signature bytea NOT NULL,
    CHECK (octet_length(leaves) = 32 * (last_sequence - first_sequence + 1))
  );
  CREATE INDEX ix_audit_batches_time ON audit_batches (last_at, first_at);
  CREATE INDEX ix_audit_events_sequence ON audit_events (sequence);
  CREATE INDEX ix_audit_events_ip ON audit_events (ip_digest, at DESC, id DESC) WHERE ip_digest IS NOT NULL;

  CREATE FUNCTION audit_batches_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'audit checkpoints are append-only' USING ERRCODE = 'insufficient_privilege';
  END $$;
  CREATE TRIGGER audit_batches_append_only BEFORE UPDATE OR DELETE ON audit_batches
    FOR EACH ROW EXECUTE FUNCTION audit_batches_refuse_change();
  CREATE TRIGGER audit_batches_no_truncate BEFORE TRUNCATE ON audit_batches
    FOR EACH STATEMENT EXECUTE FUNCTION audit_batches_refuse_change();
`;

/** Erasing a person reaches dead sessions, too. */
const SESSIONS = `
  CREATE INDEX ix_sessions_user ON sessions (user_id);
`;

/** What was taken out of the trail when its time was over, and what must not be. */
const RETENTION = `
  CREATE TABLE audit_retirements (
    month date NOT NULL,
    category text NOT NULL CHECK (category IN ('all', 'authentication', 'administration', 'access')),
    events bigint NOT NULL,
    retired_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (month, category)
  );
  CREATE TABLE audit_holds (
    id uuid PRIMARY KEY,
    subject_id uuid,
    valid_from timestamptz,
    valid_to timestamptz,
    reason text NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    CHECK (valid_from < valid_to)
  );
  CREATE INDEX ix_audit_holds_subject ON audit_holds (subject_id) WHERE released_at IS NULL;
`;

const AUDITOR = `
  UPDATE roles SET grants = grants || '{audit:verify,audit:export}', version = version + 1
    WHERE id = '00000000-0000-7000-8000-000000000003';
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT ON audit_sealing_keys, audit_batches TO portcullis_runtime;
  GRANT SELECT ON audit_retirements TO portcullis_runtime;
  GRANT SELECT, INSERT, UPDATE (released_at) ON audit_holds TO portcullis_runtime;
`;

export class AuditSealing20261124130000 implements MigrationInterface {
  readonly name = 'AuditSealing20261124130000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [SEALING, SESSIONS, RETENTION, AUDITOR, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
