import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { databaseConfig } from '../config/database.config';
import { startDatabaseServer } from '../infrastructure/database';
import { AuditHoldsService } from '../modules/audit';
import { withAuditTrail } from './audit-cli.module';

const USAGE = `Usage: npm run cli -- audit retain --days N
       npm run cli -- audit hold --reason TEXT [--subject ID] [--from TIME] [--to TIME]
       npm run cli -- audit release ID`;

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

/** Takes out months whose time is over, and places and releases the legal holds that keep them. */
export async function auditRetentionCommand(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      days: { type: 'string' },
      reason: { type: 'string' },
      subject: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  const [action, id] = positionals;
  const { days = '', reason } = values;
  if (action === 'retain' && /^[1-9]\d{0,5}$/.test(days)) {
    for (const month of await retain(Number(days))) say(month);
  } else if (action === 'hold' && reason !== undefined) {
    say({ id: await withAuditTrail((app) => app.get(AuditHoldsService).place(holdOf(values, reason))) });
  } else if (action === 'release' && id !== undefined) {
    await withAuditTrail((app) => app.get(AuditHoldsService).release(id));
  } else {
    throw new Error(USAGE);
  }
}

function holdOf(
  { subject, from, to }: Partial<Record<'subject' | 'from' | 'to', string>>,
  reason: string,
): Parameters<AuditHoldsService['place']>[0] {
  return { reason, subjectId: subject ?? null, from: from ?? null, to: to ?? null };
}

/** As the owner of the schema: the running service may take nothing out of the trail. */
async function retain(days: number): Promise<object[]> {
  const server = await startDatabaseServer(databaseConfig().server);
  const client = new Client({ connectionString: server.migrationUrl, application_name: 'portcullis-retain' });
  try {
    await client.connect();
    const { rows } = await client.query<{ month: string; events: string }>(
      `SELECT month::text, events FROM audit_retire_months(make_interval(days => $1))`,
      [days],
    );
    return rows.map(({ month, events }) => ({ month, events: Number(events) }));
  } finally {
    await client.end();
    await server.stop();
  }
}
