import { parseArgs } from 'node:util';
import { EVENT_CATEGORIES } from '../common/events';
import { AuditHoldsService, AuditRetentionService, type RetentionPeriods } from '../modules/audit';
import { AuditRetentionCliModule, withAuditTrail } from './audit-cli.module';

const USAGE = `Usage: npm run cli -- audit retain --days N [--category NAME=DAYS]… [--dry-run]
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
      category: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      reason: { type: 'string' },
      subject: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  const [action, id] = positionals;
  const { days, reason } = values;
  if (action === 'retain' && days !== undefined) {
    await retain(periodsOf(days, values.category), values['dry-run']);
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

/** Months leave after the longest period, so a category can only have a shorter one. */
function periodsOf(days: string, categories: readonly string[]): RetentionPeriods {
  const longest = daysIn(days);
  const shorter = categories.map((text) => {
    const [name = '', period = '', ...surplus] = text.split('=');
    const category = EVENT_CATEGORIES.find((known) => known === name);
    if (category === undefined || surplus.length > 0) {
      throw new Error(`--category takes NAME=DAYS, with one of ${EVENT_CATEGORIES.join(', ')}`);
    }
    if (daysIn(period) >= longest) throw new Error(`The period of ${category} must be shorter than --days`);
    return [category, daysIn(period)] as const;
  });
  return { days: longest, categories: Object.fromEntries(shorter) };
}

function daysIn(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error('A period is a whole number of days, at least 1');
  return Number(text);
}

/** As the owner of the schema: the running service may take nothing out of the trail. */
async function retain(periods: RetentionPeriods, isDryRun: boolean): Promise<void> {
  const { months, categories, firstBad } = await withAuditTrail(
    (app) => app.get(AuditRetentionService).retain(periods, { isDryRun }),
    AuditRetentionCliModule,
  );
  for (const [month, events] of months) say({ month, events });
  for (const [category, events] of categories) say({ category, events });
  if (firstBad !== null) {
    throw new Error(
      `Sequence ${firstBad.sequence} is not what was sealed (${firstBad.reason}); its batch stays`,
    );
  }
}
