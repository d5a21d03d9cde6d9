import type { PersonalColumn } from '../personal-data';
import type { Checkpoint } from '../sealing/checkpoint';
import type { SealedRecord } from '../sealing/sealed-record';

/**
 * The lines of an export: a header, then each batch as its checkpoint and its events, then the end, without which it
 * was cut off. `record` is what the checkpoint proves; `personal` is what could be decrypted of it, for reading.
 */
export type ExportLine =
  | { readonly kind: 'header'; readonly version: 1; readonly isFromFirst: boolean }
  | {
      readonly kind: 'checkpoint';
      readonly checkpoint: Checkpoint;
      /** Hexadecimal, 64 digits a leaf. */
      readonly leaves: string;
      readonly month: string;
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
      /** How many events of a month are missing because their time was over. */
      readonly retired: Readonly<Record<string, number>>;
    };
