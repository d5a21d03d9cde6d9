import { parseArgs } from 'node:util';
import { AuditHoldsService, AuditRetentionService } from '../modules/audit';
import { AuditRetentionCliModule, withAuditTrail } from './audit-cli.module';

const USAGE = `Usage: npm run cli -- audit retain --days N [--dry-run]
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
      'dry-run': { type: 'boolean', default: false },
      reason: { type: 'string' },
      subject: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  const [action, id] = positionals;
  const { days = '', reason } = values;
  if (action === 'retain' && /^[1-9]\d{0,5}$/.test(days)) {
    await retain(Number(days), values['dry-run']);
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
async function retain(days: number, isDryRun: boolean): Promise<void> {
  const { months, firstBad } = await withAuditTrail(
    (app) => app.get(AuditRetentionService).retain(days, { isDryRun }),
    AuditRetentionCliModule,
  );
  for (const month of months) say(month);
  if (firstBad !== null) {
    throw new Error(
      `Sequence ${firstBad.sequence} is not what was sealed (${firstBad.reason}); its month stays`,
    );
  }
}
