import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that wait to be delivered. To whom and with what in them is sealed: links carry tokens. */
const OUTBOX = `
  CREATE TABLE mail_outbox (
    id uuid PRIMARY KEY,
    template text NOT NULL,
    content_ciphertext bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    claim uuid,
    due_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp()
  );
  CREATE INDEX ix_mail_outbox_due_at ON mail_outbox (due_at);
  CREATE INDEX ix_mail_outbox_expires_at ON mail_outbox (expires_at);
`;

/** One live token an account and purpose: a newer one takes the place of the older. */
const TOKENS = `
  CREATE TABLE account_tokens (
    user_id uuid NOT NULL CONSTRAINT fk_account_tokens_user REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL
      CHECK (purpose IN ('password_reset', 'invitation', 'email_verification', 'email_change', 'email_undo')),
    token_hash bytea NOT NULL CONSTRAINT uq_account_tokens_token UNIQUE,
    epoch integer NOT NULL,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, purpose)
  );
  CREATE INDEX ix_account_tokens_expires_at ON account_tokens (expires_at);
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON mail_outbox, account_tokens TO portcullis_runtime;
`;

export class MailAndRecovery20261124090000 implements MigrationInterface {
  readonly name = 'MailAndRecovery20261124090000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [OUTBOX, TOKENS, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
