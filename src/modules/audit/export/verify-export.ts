import type { KeyObject } from 'node:crypto';
import type { AuditVerdictResponse } from '../dto/verification.schemas';
import type { Checkpoint } from '../sealing/checkpoint';
import { HASH_BYTES } from '../sealing/merkle-tree';
import type { SealedRecord } from '../sealing/sealed-record';
import { ChainVerifier } from '../verification/chain-verifier';
import { isHeaderSigned, type ExportHeader } from './export-header';
import type { ExportLine } from './export-lines';

type LineOf<Kind extends ExportLine['kind']> = Extract<ExportLine, { kind: Kind }>;

/** More in one batch is no export of ours, and would have to be held in memory. */
const MAX_BATCH_EVENTS = 100_000;

/** `header` says what the export is of: whoever holds it asked for that range, at that time. */
export type ExportVerdict = AuditVerdictResponse & { readonly header: ExportHeader };

/**
 * Verifies an export with nothing but the public keys.
 *
 * @throws Error when the text is no export, ends before its end, or has a header that none of the keys signed.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  keys: ReadonlyMap<string, KeyObject>,
  kept: Checkpoint | null,
): Promise<ExportVerdict> {
  const reading = new ExportReading(keys, kept);
  for await (const text of lines) if (text !== '') reading.take(parseLine(text));
  return reading.finish();
}

class ExportReading {
  private verifier: ChainVerifier | undefined;
  private header: ExportHeader | undefined;
  private open: { readonly line: LineOf<'checkpoint'>; readonly records: SealedRecord[] } | undefined;
  private end: LineOf<'end'> | undefined;
  private isSound = true;

  constructor(
    private readonly keys: ReadonlyMap<string, KeyObject>,
    private readonly kept: Checkpoint | null,
  ) {}

  /** Every line is looked at, in its place: what a reader of the file sees must be what the verdict is about. */
  take(line: ExportLine): void {
    if (this.end !== undefined) throw new Error('The export goes on after its end');
    if ((this.verifier === undefined) !== (line.kind === 'header'))
      throw new Error('The export has no one header');
    switch (line.kind) {
      case 'header':
        this.begin(line.header);
        break;
      case 'checkpoint':
        this.closeBatch();
        this.open = { line, records: [] };
        break;
      case 'event':
        this.addEvent(line.record);
        break;
      case 'end':
        this.closeBatch();
        this.end = line;
        break;
      default:
        throw new Error('The export has a line of an unknown kind');
    }
  }

  finish(): ExportVerdict {
    const { verifier, header, end } = this;
    if (verifier === undefined || header === undefined)
      throw new Error('This is no export of an audit trail');
    if (end === undefined) throw new Error('The export ends before its end');
    const { checked, retired, firstBad, last } = verifier.finish();
    return {
      valid: firstBad === null,
      checked,
      unsealed: end.unsealed,
      retired,
      ...(firstBad !== null && { firstBad }),
      checkpoint: last,
      header,
    };
  }

  private begin(header: ExportHeader): void {
    const key = this.keys.get(header.kid);
    if (key === undefined || !isHeaderSigned(header, key))
      throw new Error('The export has a header that none of the keys signed');
    const { firstCheckpoint, firstSequence, lastCheckpoint } = header;
    const first = { number: firstCheckpoint ?? 1, sequence: firstSequence ?? 1 };
    const beforeFirst = this.kept?.number === first.number - 1 ? this.kept : undefined;
    this.header = header;
    this.verifier = new ChainVerifier({
      keys: this.keys,
      before: first.number === 1 ? null : beforeFirst,
      kept: this.kept,
      span: { first, lastNumber: lastCheckpoint ?? 0 },
    });
  }

  private addEvent(record: SealedRecord): void {
    if (this.open === undefined) throw new Error('The export has an event without a checkpoint');
    if (this.open.records.push(record) > MAX_BATCH_EVENTS) throw new Error('The export has an endless batch');
  }

  private closeBatch(): void {
    const { open, verifier } = this;
    this.open = undefined;
    if (open === undefined || !this.isSound) return;
    const { checkpoint, leaves, retirement } = open.line;
    const batch = { checkpoint, leaves: leavesIn(leaves), retirement, records: open.records };
    this.isSound = verifier?.accept(batch) === true;
  }
}

function parseLine(text: string): ExportLine {
  try {
    return JSON.parse(text) as ExportLine;
  } catch {
    throw new Error('The export has a line that is no JSON');
  }
}

function leavesIn(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'hex');
  const count = Math.ceil(bytes.length / HASH_BYTES);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES));
}
