import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds how all digests begin without looking at each: as long as they differ in cost, refusals hide by how much. */
const DIGEST_SCHEMES = String.raw`
  CREATE INDEX ix_users_digest_scheme ON users (
    (substring(password_hash FROM '^(?:\$2[aby]\$\d\d|\$argon2[a-z]+\$v=\d+\$[^$]+)\$'))
  );
`;

export class DigestSchemes20261124193000 implements MigrationInterface {
  readonly name = 'DigestSchemes20261124193000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DIGEST_SCHEMES);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
