import { generateKeyPairSync } from 'node:crypto';
import { NO_CHECKPOINT_BEFORE, signCheckpoint } from '../sealing/checkpoint';
import { merkleRoot } from '../sealing/merkle-tree';
import { leafOf, type SealedRecord } from '../sealing/sealed-record';
import { verifyExport } from './verify-export';

const KID = 'a key that was kept elsewhere';
const BATCH_ID = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';

describe('verifyExport', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const record = { id: 'an event', at: '2026-11-24T00:00:00.000000Z', action: 'user.created', sequence: 1 };
  const leaf = leafOf({ ...record, batchId: BATCH_ID } as unknown as SealedRecord);
  const checkpoint = signCheckpoint(
    {
      version: 1,
      number: 1,
      batchId: BATCH_ID,
      firstSequence: 1,
      lastSequence: 1,
      root: merkleRoot([leaf]).toString('hex'),
      previous: NO_CHECKPOINT_BEFORE,
      sealedAt: '2026-11-24T00:00:01.000Z',
      kid: KID,
    },
    privateKey,
  );
  const header = { kind: 'header', version: 1, isFromFirst: true };
  const batch = { kind: 'checkpoint', checkpoint, leaves: leaf.toString('hex'), month: '2026-11-01' };
  const event = { kind: 'event', record: { ...record, batchId: BATCH_ID } };
  const forged = { kind: 'event', record: { ...event.record, action: 'user.deleted' } };
  const end = { kind: 'end', events: 1, unsealed: 0, retired: {} };

  const verify = (...lines: readonly object[]) =>
    verifyExport(
      (async function* () {
        for (const line of lines) yield await Promise.resolve(JSON.stringify(line));
      })(),
      new Map([[KID, publicKey]]),
      null,
    );

  it('finds a whole export whole, and an altered event', async () => {
    expect(await verify(header, batch, event, end)).toMatchObject({ valid: true, checked: 1 });
    expect(await verify(header, batch, forged, end)).toMatchObject({
      valid: false,
      firstBad: { sequence: 1, reason: 'event_altered' },
    });
  });

  it('L: takes a batch for retired only where nothing of it is left', async () => {
    const second = { ...record, id: 'another event', sequence: 2, batchId: BATCH_ID };
    const leaves = [leaf, leafOf(second as unknown as SealedRecord)];
    const { signature: _, ...body } = checkpoint;
    const both = signCheckpoint(
      { ...body, lastSequence: 2, root: merkleRoot(leaves).toString('hex') },
      privateKey,
    );
    const ofBoth = { ...batch, checkpoint: both, leaves: Buffer.concat(leaves).toString('hex') };
    const retiring = (count: number) => ({ ...end, retired: { [batch.month]: count } });
    expect(await verify(header, ofBoth, retiring(2))).toMatchObject({ valid: true, retired: 2 });
    expect(await verify(header, ofBoth, retiring(1))).toMatchObject({ valid: false });
    expect(await verify(header, ofBoth, event, retiring(1))).toMatchObject({
      valid: false,
      firstBad: { sequence: 2, reason: 'event_missing' },
    });
  });

  it.each([
    ['events before the header', [batch, forged, batch, header, end]],
    ['a second header, which would begin the verdict anew', [header, batch, forged, batch, header, end]],
    ['events after the end', [header, batch, event, end, batch, forged]],
    ['a second end', [header, batch, forged, end, end]],
    ['a line of another kind', [header, batch, event, { ...forged, kind: 'Event' }, end]],
    ['no header', [end]],
  ])('L: does not pass over %s', async (_what, lines) => {
    await expect(verify(...lines)).rejects.toThrow('The export');
  });
});
