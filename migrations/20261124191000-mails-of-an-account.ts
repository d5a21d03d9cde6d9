import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A mail that waits goes with the account that it is about. Null in what earlier versions left there. */
const MAILS = `
  ALTER TABLE mail_outbox
    ADD COLUMN user_id uuid CONSTRAINT fk_mail_outbox_user REFERENCES users (id) ON DELETE CASCADE;
  CREATE INDEX ix_mail_outbox_user ON mail_outbox (user_id);
`;

export class MailsOfAnAccount20261124191000 implements MigrationInterface {
  readonly name = 'MailsOfAnAccount20261124191000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(MAILS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
