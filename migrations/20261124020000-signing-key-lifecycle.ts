import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A key whose tokens may still be alive cannot be removed by anybody's mistake, and the running service cannot
 * exchange the material of a key.
 */
const KEEP_LIVE_KEYS = `
  CREATE FUNCTION signing_keys_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.status = 'next' OR OLD.retired_at < statement_timestamp() - interval '1 hour' THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION 'tokens of the signing key % may still be alive', OLD.kid USING ERRCODE = 'object_in_use';
  END $$;
  CREATE TRIGGER signing_keys_outlive_tokens BEFORE DELETE ON signing_keys
    FOR EACH ROW EXECUTE FUNCTION signing_keys_refuse_removal();

  REVOKE UPDATE ON signing_keys FROM portcullis_runtime;
  GRANT UPDATE (status, activated_at, retired_at) ON signing_keys TO portcullis_runtime;
`;

export class SigningKeyLifecycle20261124020000 implements MigrationInterface {
  readonly name = 'SigningKeyLifecycle20261124020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEEP_LIVE_KEYS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
