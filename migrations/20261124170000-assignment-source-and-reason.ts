import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists of assignments by source or by reason come in order from the index, as those by role and by principal do. */
export class AssignmentSourceAndReason20261124170000 implements MigrationInterface {
  readonly name = 'AssignmentSourceAndReason20261124170000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX ix_assignments_source;
      CREATE INDEX ix_assignments_source ON assignments (source, id);
      CREATE INDEX ix_assignments_reason ON assignments (reason, id) WHERE reason IS NOT NULL;
    `);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
