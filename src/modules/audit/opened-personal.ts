import type { FieldChanges } from '../../common/events';
import { openPersonal } from './personal-cipher';
import { placeOf, type ActorPersonal, type PersonalColumn } from './personal-data';

/** By id; null for a key that was altered. One that is not there was erased. */
export type PersonalKeys = ReadonlyMap<string, Buffer | null>;

interface SealedPersonal {
  readonly id: string;
  readonly actorKeyId: string | null;
  readonly actorPersonal: Buffer | null;
  readonly targetKeyId: string | null;
  readonly targetPersonal: Buffer | null;
}

/** What an event tells about persons. What is left out was never there, or was erased with its key. */
interface OpenedPersonal {
  readonly actor?: ActorPersonal;
  readonly target?: FieldChanges;
  /** What was altered since it was written, or put there from elsewhere. */
  readonly unreadable?: PersonalColumn[];
}

/** One field that somebody damaged must not keep the rest of the trail from being read: it is named instead. */
export function openedPersonal(event: SealedPersonal, keys: PersonalKeys): OpenedPersonal {
  const opened: { actor?: ActorPersonal; target?: FieldChanges } = {};
  const unreadable: PersonalColumn[] = [];
  const open = (column: PersonalColumn, keyId: string | null, sealed: Buffer | null): void => {
    const key = keyId === null ? null : keys.get(keyId);
    if (sealed === null || key === undefined) return;
    const value = key === null ? null : openPersonal(key, placeOf(event.id, column), sealed);
    if (value === null) unreadable.push(column);
    else Object.assign(opened, { [column]: value });
  };
  open('actor', event.actorKeyId, event.actorPersonal);
  open('target', event.targetKeyId, event.targetPersonal);
  return { ...opened, ...(unreadable.length > 0 && { unreadable }) };
}
