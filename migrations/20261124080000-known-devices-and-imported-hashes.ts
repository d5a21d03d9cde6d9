import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where somebody has signed in before. Of an epoch: with it all devices of the account are strange again. */
const DEVICES = `
  CREATE TABLE sign_in_devices (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT uq_sign_in_devices_token UNIQUE,
    user_id uuid NOT NULL CONSTRAINT fk_sign_in_devices_user REFERENCES users (id) ON DELETE CASCADE,
    epoch integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX ix_sign_in_devices_user ON sign_in_devices (user_id, created_at);
  CREATE INDEX ix_sign_in_devices_created_at ON sign_in_devices (created_at);
`;

const IMPORTED_HASHES = `
  -- Algorithm and cost of a digest that came from elsewhere; null once it is of our own making.
  ALTER TABLE users ADD COLUMN password_scheme text;
  CREATE INDEX ix_users_password_scheme ON users (password_scheme) WHERE password_scheme IS NOT NULL;
`;

const RUNTIME_ROLE = 'GRANT SELECT, INSERT, DELETE ON sign_in_devices TO portcullis_runtime;';

export class KnownDevicesAndImportedHashes20261124080000 implements MigrationInterface {
  readonly name = 'KnownDevicesAndImportedHashes20261124080000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [DEVICES, IMPORTED_HASHES, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
