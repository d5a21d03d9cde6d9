import type { ChangeFeed } from '../../../infrastructure/change-feed';
import { SecretBox } from '../../../infrastructure/crypto';
import { KeyRing } from './key-ring';
import { generateSigningKey } from './signing-key';
import {
  SIGNING_KEY_PURPOSE,
  type SigningKeyRow,
  type SigningKeysRepository,
  type SigningKeyStatus,
} from './signing-keys.repository';

const box = new SecretBox(['kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u']);

const aKey = async (
  status: SigningKeyStatus,
  algorithm: 'ES256' | 'RS256' = 'ES256',
): Promise<SigningKeyRow> => {
  const { pkcs8, ...key } = await generateSigningKey(algorithm);
  const privateKeyCiphertext = box.seal(SIGNING_KEY_PURPOSE, pkcs8, key.kid);
  const dates = { secondsInStatus: 0, createdAt: new Date(), activatedAt: null, retiredAt: null };
  return { ...key, privateKeyCiphertext, status, ...dates };
};

class FakeRepository {
  reads = 0;
  answer: () => Promise<SigningKeyRow[]> = () => Promise.resolve(this.rows);
  constructor(public rows: SigningKeyRow[]) {}

  findAll(): Promise<SigningKeyRow[]> {
    this.reads++;
    return this.answer();
  }
}

const ringOf = (repository: FakeRepository, feed = { isFresh: () => true }) =>
  new KeyRing(repository as unknown as SigningKeysRepository, box, {
    ...feed,
    subscribe: () => undefined,
  } as unknown as ChangeFeed);

const unknownKids = (count: number) => Array.from({ length: count }, (_, i) => `unknown-${i}`);

describe('KeyRing', () => {
  it('signs with the active key, and verifies with all but the revoked', async () => {
    const rows = await Promise.all([
      aKey('retiring'),
      aKey('revoked'),
      aKey('active', 'RS256'),
      aKey('next'),
    ]);
    const ring = ringOf(new FakeRepository(rows));
    await ring.rebuild();
    expect(ring.signingKey).toMatchObject({ kid: rows[2].kid, algorithm: 'RS256' });
    expect(ring.publicKeys().map(({ kid }) => kid)).toEqual([rows[0].kid, rows[2].kid, rows[3].kid]);
    expect((await ring.find(rows[3].kid))?.algorithm).toBe('ES256');
    expect(await ring.find(rows[1].kid)).toBeUndefined();
  });

  it('shows public parts only', async () => {
    const ring = ringOf(new FakeRepository([await aKey('active', 'RS256'), await aKey('next')]));
    await ring.rebuild();
    expect(ring.publicKeys().map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ]);
  });

  it('lets whoever holds a key see that it was revoked, and keeps the others as they are', async () => {
    const [revoked, kept] = [await aKey('retiring'), await aKey('active')];
    const repository = new FakeRepository([revoked, kept]);
    const ring = ringOf(repository);
    await ring.rebuild();
    const held = await ring.find(revoked.kid);
    const other = await ring.find(kept.kid);
    repository.rows = [{ ...revoked, status: 'revoked' }, kept];
    await ring.refresh();
    expect([held?.isTrusted, other?.isTrusted]).toEqual([false, true]);
    expect(await ring.find(kept.kid)).toBe(other);
  });

  it('never lets a read that began before a revocation have the last word', async () => {
    const [old, fresh] = [await aKey('active'), await aKey('active')];
    const repository = new FakeRepository([old]);
    const ring = ringOf(repository);
    await ring.rebuild();
    let finish: (rows: SigningKeyRow[]) => void = () => undefined;
    repository.answer = () => new Promise((resolve) => (finish = resolve));
    const slow = ring.refresh();
    await new Promise(setImmediate);
    repository.answer = () => Promise.resolve([{ ...old, status: 'revoked' }, fresh]);
    const quick = ring.refresh();
    finish([old]);
    await Promise.all([slow, quick]);
    expect(ring.signingKey.kid).toBe(fresh.kid);
    expect(await ring.find(old.kid)).toBeUndefined();
  });

  it('reads the ring once for 1,000 unknown kids', async () => {
    const repository = new FakeRepository([await aKey('active')]);
    const ring = ringOf(repository);
    await ring.rebuild();
    const found = await Promise.all(unknownKids(500).map((kid) => ring.find(kid)));
    for (const kid of unknownKids(500)) found.push(await ring.find(kid));
    expect(found.every((key) => key === undefined)).toBe(true);
    expect(repository.reads).toBe(2);
  });

  it('finds a key that was made elsewhere a moment ago, for all who ask at once', async () => {
    const repository = new FakeRepository([await aKey('retiring')]);
    const ring = ringOf(repository);
    await ring.rebuild();
    const made = await aKey('active');
    repository.rows = [...repository.rows, made];
    const found = await Promise.all([ring.find(made.kid), ring.find(made.kid)]);
    expect(found.map((key) => key?.kid)).toEqual([made.kid, made.kid]);
  });

  it('fails rather than refuses while it is blind, and reads again as soon as it can', async () => {
    const made = await aKey('active');
    const repository = new FakeRepository([made]);
    repository.answer = () => Promise.reject(new Error('connection refused'));
    const ring = ringOf(repository, { isFresh: () => false });
    await expect(ring.find(made.kid)).rejects.toThrow('connection refused');
    repository.answer = () => Promise.resolve(repository.rows);
    expect((await ring.find(made.kid))?.kid).toBe(made.kid);
  });

  it('does not sign with a key that no root secret opens', async () => {
    const active = await aKey('active');
    const ring = ringOf(new FakeRepository([{ ...active, kid: (await aKey('next')).kid }]));
    await expect(ring.rebuild()).rejects.toThrow('A stored secret cannot be opened');
    expect(() => ring.signingKey).toThrow('No signing key is loaded');
  });
});
