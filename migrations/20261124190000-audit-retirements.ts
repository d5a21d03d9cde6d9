import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was taken out of which batch, signed like its checkpoint. Counts of months, which nobody signed, told nothing:
 * whoever deletes events can write a number as well.
 */
const RETIREMENTS = `
  DROP FUNCTION audit_retire_months(interval);
  DROP TABLE audit_retirements;
  CREATE TABLE audit_retirements (
    number bigint PRIMARY KEY CONSTRAINT fk_audit_retirements_batch REFERENCES audit_batches (number),
    checkpoint bytea NOT NULL,
    retired bytea NOT NULL,
    retired_at timestamptz NOT NULL,
    kid text NOT NULL CONSTRAINT fk_audit_retirements_key REFERENCES audit_sealing_keys (kid),
    signature bytea NOT NULL
  );
  CREATE INDEX ix_audit_batches_month ON audit_batches (month, number);

  -- Detaches a month of so many events; its key goes with it. Only the owner may: this is what the running service must
  -- not be able to do. Whoever waits for the table makes all writers wait: rather not today than behind a long dump.
  CREATE FUNCTION audit_detach_month(first date, events bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
  DECLARE
    part text := 'audit_events_' || to_char(first, 'YYYY_MM');
    present bigint;
  BEGIN
    EXECUTE format('LOCK TABLE %I IN SHARE MODE', part);
    EXECUTE format('SELECT count(*) FROM %I', part) INTO present;
    IF present <> events THEN
      RAISE EXCEPTION 'month % holds % events, and % of them are to be retired', first, present, events;
    END IF;
    EXECUTE format('ALTER TABLE audit_events DETACH PARTITION %I', part);
    EXECUTE format('REVOKE ALL ON %I FROM portcullis_runtime', part);
    DELETE FROM audit_keys WHERE month = first;
  END $$;
  REVOKE ALL ON FUNCTION audit_detach_month(date, bigint) FROM PUBLIC;
`;

/** Even the owner deletes no event that no retirement names. Whether that is signed is for verification to say. */
const TRIGGER = `
  CREATE OR REPLACE FUNCTION audit_events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
       AND to_jsonb(NEW) - 'sequence' - 'batch_id' = to_jsonb(OLD) - 'sequence' - 'batch_id' THEN
      RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND EXISTS (
      SELECT FROM audit_batches JOIN audit_retirements USING (number)
      WHERE id = OLD.batch_id AND OLD.sequence BETWEEN first_sequence AND last_sequence
        AND get_bit(retired, (OLD.sequence - first_sequence)::int) = 1) THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'insufficient_privilege';
  END $$;
`;

const RUNTIME_ROLE = `
  GRANT SELECT ON audit_retirements TO portcullis_runtime;
`;

export class AuditRetirements20261124190000 implements MigrationInterface {
  readonly name = 'AuditRetirements20261124190000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [RETIREMENTS, TRIGGER, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
