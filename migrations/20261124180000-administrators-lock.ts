import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when an account is locked; null where that is an administrator's to say. It ends by comparison, not by a job. */
const LOCK = `
  ALTER TABLE users ADD COLUMN locked_until timestamptz;
  ALTER TABLE principals ADD COLUMN inactive_until timestamptz;
`;

export class AdministratorsLock20261124180000 implements MigrationInterface {
  readonly name = 'AdministratorsLock20261124180000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LOCK);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
