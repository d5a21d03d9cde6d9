import type { PersonalColumn } from '../personal-data';
import type { Checkpoint } from '../sealing/checkpoint';
import type { Retirement } from '../sealing/retirement';
import type { SealedRecord } from '../sealing/sealed-record';
import type { ExportHeader } from './export-header';

/**
 * The lines of an export: a header, then each batch as its checkpoint and its events, then the end. The header
 * says what is in between. `record` is what the checkpoint proves; `personal` is what could be decrypted of it, for reading.
 */
export type ExportLine =
  | { readonly kind: 'header'; readonly header: ExportHeader }
  | {
      readonly kind: 'checkpoint';
      readonly checkpoint: Checkpoint;
      /** Hexadecimal, 64 digits a leaf. */
      readonly leaves: string;
      readonly retirement: Retirement | null;
    }
  | {
      readonly kind: 'event';
      readonly record: SealedRecord;
      readonly personal?: Readonly<Record<string, unknown>>;
      /** What could not, though nobody erased it. */
      readonly unreadable?: readonly PersonalColumn[];
    }
  | {
      readonly kind: 'end';
      readonly events: number;
      readonly unsealed: number;
    };
