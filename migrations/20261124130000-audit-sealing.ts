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
    month date PRIMARY KEY,
    events bigint NOT NULL,
    retired_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE audit_holds (
    id uuid PRIMARY KEY,
    subject_id uuid,
    valid_from timestamptz,
    valid_to timestamptz,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    CHECK (valid_from < valid_to)
  );
  CREATE INDEX ix_audit_holds_subject ON audit_holds (subject_id) WHERE released_at IS NULL;

  -- Detaches the months that ended so long ago, are sealed and under no hold. Checkpoints stay; the key of the month
  -- goes. Only the owner may: this is what the running service must not be able to do.
  CREATE FUNCTION audit_retire_months(age interval) RETURNS TABLE (month date, events bigint)
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
  DECLARE
    part record;
    first timestamptz;
    after timestamptz;
    keeps boolean;
  BEGIN
    PERFORM pg_advisory_xact_lock(7240117);
    FOR part IN
      SELECT relname AS name, to_date(right(relname, 7), 'YYYY_MM') AS day
      FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
      WHERE inhparent = 'audit_events'::regclass AND relname ~ '^audit_events_[0-9]{4}_[0-9]{2}$' ORDER BY relname
    LOOP
      first := part.day::timestamp AT TIME ZONE 'UTC';
      after := (part.day + interval '1 month')::timestamp AT TIME ZONE 'UTC';
      CONTINUE WHEN after > now() - age;
      EXECUTE format('SELECT EXISTS (SELECT FROM %1$I WHERE sequence IS NULL) OR EXISTS (
        SELECT FROM audit_holds WHERE released_at IS NULL AND coalesce(valid_from, ''-infinity'') < $2
          AND coalesce(valid_to, ''infinity'') > $1
          AND (subject_id IS NULL OR EXISTS (
            SELECT FROM %1$I WHERE actor_id = subject_id OR target_id = subject_id::text)))', part.name)
        INTO keeps USING first, after;
      CONTINUE WHEN keeps;
      month := part.day;
      EXECUTE format('SELECT count(*) FROM %I', part.name) INTO events;
      EXECUTE format('ALTER TABLE audit_events DETACH PARTITION %I', part.name);
      EXECUTE format('REVOKE ALL ON %I FROM portcullis_runtime', part.name);
      DELETE FROM audit_keys WHERE audit_keys.month = part.day;
      INSERT INTO audit_retirements VALUES (part.day, events);
      RETURN NEXT;
    END LOOP;
  END $$;
  REVOKE ALL ON FUNCTION audit_retire_months(interval) FROM PUBLIC;
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
