import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What judging and forgetting a refresh-token family needs beyond its own row. */
const FAMILIES = `
  -- The epoch of whoever a session belongs to, in the terms of principals: sessions know nothing of users.
  CREATE VIEW principal_epochs AS SELECT id AS principal_id, epoch FROM users;
  GRANT SELECT ON principal_epochs TO portcullis_runtime;

  -- Written once with the session and never changed: it costs a refresh nothing.
  CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
`;

export class SessionFamilies20261124040000 implements MigrationInterface {
  readonly name = 'SessionFamilies20261124040000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FAMILIES);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
