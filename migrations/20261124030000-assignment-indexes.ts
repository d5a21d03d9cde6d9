import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists of assignments by role or by principal come in order from the index: a page costs its rows, not all of them. */
export class AssignmentIndexes20261124030000 implements MigrationInterface {
  readonly name = 'AssignmentIndexes20261124030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX ix_assignments_role;
      CREATE INDEX ix_assignments_role ON assignments (role_id, id);
      DROP INDEX ix_assignments_principal;
      CREATE INDEX ix_assignments_principal ON assignments (principal_id, id);
    `);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
