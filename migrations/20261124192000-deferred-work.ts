import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What requests left to be done after their answers. What it is about is sealed: addresses that somebody typed. */
const DEFERRED_WORK = `
  CREATE TABLE deferred_work (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    content_ciphertext bytea NOT NULL,
    due_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp()
  );
  CREATE INDEX ix_deferred_work_due_at ON deferred_work (due_at);
`;

const RUNTIME_ROLE = `GRANT SELECT, INSERT, UPDATE, DELETE ON deferred_work TO portcullis_runtime;`;

export class DeferredWork20261124192000 implements MigrationInterface {
  readonly name = 'DeferredWork20261124192000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [DEFERRED_WORK, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
