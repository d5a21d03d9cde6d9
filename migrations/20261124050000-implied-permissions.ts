import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a permission brings along. */
export class ImpliedPermissions20261124050000 implements MigrationInterface {
  readonly name = 'ImpliedPermissions20261124050000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE permissions ADD COLUMN implies text[] NOT NULL DEFAULT '{}'`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
