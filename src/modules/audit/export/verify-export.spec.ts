import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { checkpointHash, NO_CHECKPOINT_BEFORE, signCheckpoint, type Checkpoint } from '../sealing/checkpoint';
import { merkleRoot } from '../sealing/merkle-tree';
import { bitsOf, retiredPlaces, signRetirement } from '../sealing/retirement';
import { leafOf, type SealedRecord } from '../sealing/sealed-record';
import { signHeader } from './export-header';
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
  const header = {
    kind: 'header',
    header: signHeader(
      {
        version: 1,
        from: null,
        to: null,
        firstCheckpoint: 1,
        lastCheckpoint: 1,
        firstSequence: 1,
        lastSequence: 1,
        exportedAt: '2026-11-24T00:00:02.000Z',
        kid: KID,
      },
      privateKey,
    ),
  };
  const batch = { kind: 'checkpoint', checkpoint, leaves: leaf.toString('hex'), retirement: null };
  const event = { kind: 'event', record: { ...record, batchId: BATCH_ID } };
  const forged = { kind: 'event', record: { ...event.record, action: 'user.deleted' } };
  const end = { kind: 'end', events: 1, unsealed: 0 };

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

  it('L: misses only what a signed retirement of the batch names', async () => {
    const second = { ...record, id: 'another event', sequence: 2, batchId: BATCH_ID };
    const leaves = [leaf, leafOf(second as unknown as SealedRecord)];
    const { signature: _, ...body } = checkpoint;
    const both = signCheckpoint(
      { ...body, lastSequence: 2, root: merkleRoot(leaves).toString('hex') },
      privateKey,
    );
    const retiring = (of: Checkpoint, ...places: number[]) => {
      const retired = { checkpoint: checkpointHash(of), retired: bitsOf(places, 2), retiredAt: of.sealedAt };
      const retirement = signRetirement({ version: 1, ...retired, kid: KID }, privateKey);
      return { ...batch, checkpoint: both, leaves: Buffer.concat(leaves).toString('hex'), retirement };
    };
    const bad = (sequence: number, reason: string) => ({ valid: false, firstBad: { sequence, reason } });

    expect(await verify(header, retiring(both, 0, 1), end)).toMatchObject({ valid: true, retired: 2 });
    expect(await verify(header, retiring(both, 1), event, end)).toMatchObject({ valid: true, retired: 1 });
    expect(await verify(header, retiring(both, 0), end)).toMatchObject(bad(2, 'event_missing'));
    expect(await verify(header, retiring(both, 0), event, end)).toMatchObject(bad(1, 'event_inserted'));
    expect(await verify(header, retiring(checkpoint, 0, 1), end)).toMatchObject(bad(1, 'retirement_altered'));
  });

  it('tells retired events by place, whatever the places', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(99)), fc.integer({ min: 100, max: 120 }), (places, size) => {
        const body = {
          version: 1,
          checkpoint: '',
          retired: bitsOf(places, size),
          retiredAt: '',
          kid: '',
        } as const;
        expect([...retiredPlaces(body)]).toEqual([...places].sort((a, b) => a - b));
      }),
    );
  });

  it.each([
    ['events before the header', [batch, forged, batch, header, end]],
    ['a second header, which would begin the verdict anew', [header, batch, forged, batch, header, end]],
    ['events after the end', [header, batch, event, end, batch, forged]],
    ['a second end', [header, batch, forged, end, end]],
    ['a line of another kind', [header, batch, event, { ...forged, kind: 'Event' }, end]],
    ['no header', [end]],
    [
      'an altered header',
      [{ ...header, header: { ...header.header, to: '2026-11-24T00:00:00Z' } }, batch, event, end],
    ],
    [
      'a header under a key that was not kept',
      [{ ...header, header: { ...header.header, kid: 'other' } }, batch, event, end],
    ],
  ])('L: does not pass over %s', async (_what, lines) => {
    await expect(verify(...lines)).rejects.toThrow('The export');
  });
});
