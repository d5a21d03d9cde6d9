import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import {
  AuditVerificationService,
  CheckpointResponse,
  verifyExport,
  type AuditVerdictResponse,
} from '../modules/audit';
import { withAuditTrail } from './audit-cli.module';
import { auditRetentionCommand } from './audit-retention.command';

const USAGE = `Usage: npm run cli -- audit public-key
       npm run cli -- audit verify [--checkpoint FILE] [--public-key FILE]
       npm run cli -- audit verify --export FILE --public-key FILE [--checkpoint FILE]
       npm run cli -- audit retain | hold | release …`;

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

/**
 * What the trail proves: `verify` looks at the database, or at an export with nothing but the public key.
 *
 * @throws Error when the trail is not what it was.
 */
export async function auditCommand(args: readonly string[]): Promise<void> {
  if (['retain', 'hold', 'release'].includes(args[0] ?? '')) return auditRetentionCommand(args);
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      export: { type: 'string' },
      'public-key': { type: 'string' },
      checkpoint: { type: 'string' },
    },
  });
  const [action, ...surplus] = positionals;
  if (surplus.length > 0) throw new Error(USAGE);
  if (action === 'public-key') {
    say(await withTrail((trail) => trail.publicKeys()));
  } else if (action === 'verify') {
    const keys = values['public-key'] === undefined ? undefined : await readKeys(values['public-key']);
    const kept = values.checkpoint === undefined ? undefined : await readCheckpoint(values.checkpoint);
    conclude(await verify(values.export, keys, kept));
  } else {
    throw new Error(USAGE);
  }
}

function verify(
  file: string | undefined,
  keys: ReadonlyMap<string, KeyObject> | undefined,
  kept: CheckpointResponse | undefined,
): Promise<AuditVerdictResponse> {
  if (file === undefined) {
    return withTrail((trail) => trail.verify(kept === undefined ? {} : { checkpoint: kept }, keys));
  }
  // An export cannot vouch for itself.
  if (keys === undefined) throw new Error(USAGE);
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  return verifyExport(lines, keys, kept ?? null);
}

function conclude(verdict: AuditVerdictResponse): void {
  say(verdict);
  const { firstBad } = verdict;
  if (firstBad !== undefined) {
    throw new Error(`The audit trail is not what it was: sequence ${firstBad.sequence}, ${firstBad.reason}`);
  }
}

function withTrail<T>(work: (trail: AuditVerificationService) => Promise<T>): Promise<T> {
  return withAuditTrail((app) => work(app.get(AuditVerificationService)));
}

/** What `audit public-key` printed. */
async function readKeys(file: string): Promise<ReadonlyMap<string, KeyObject>> {
  const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys: (JsonWebKey & { kid: string })[] };
  return new Map(keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: 'jwk' })]));
}

/** One checkpoint, as the log, the API or a verdict shows it. */
async function readCheckpoint(file: string): Promise<CheckpointResponse> {
  const text = await readFile(file, 'utf8');
  return CheckpointResponse.parse(JSON.parse(text.slice(text.indexOf('{'))));
}
