import { PasswordHasher } from '../../infrastructure/crypto';
import { DigestCosts } from './digest-costs';
import type { UsersRepository } from './users.repository';

const TODAY = '$argon2id$v=19$m=65536,t=3,p=1$';
const BEFORE = '$argon2id$v=19$m=19456,t=2,p=1$';
const DEAR = '$2b$12$';
const COSTS: Readonly<Record<string, number>> = { [TODAY]: 60, [BEFORE]: 15, [DEAR]: 250 };

class FakeHasher extends PasswordHasher {
  override readonly scheme = TODAY;
  readonly measured: string[] = [];

  override measure(scheme: string): Promise<number> {
    this.measured.push(scheme);
    return Promise.resolve(COSTS[scheme] ?? NaN);
  }
  override hash(): Promise<string> {
    return Promise.reject(new Error('nothing is hashed'));
  }
  override verify(): Promise<boolean> {
    return Promise.reject(new Error('nothing is verified'));
  }
  override needsRehash(): boolean {
    return false;
  }
}

describe('what a verification takes at least', () => {
  const leastMs = async (...found: string[]): Promise<{ least: number; measured: readonly string[] }> => {
    const users = { findDigestSchemes: () => Promise.resolve(found) } as unknown as UsersRepository;
    const hasher = new FakeHasher();
    const costs = new DigestCosts(users, hasher);
    const least = await costs.leastMs();
    await costs.leastMs();
    return { least, measured: hasher.measured };
  };

  it.each([
    ['nobody has a digest', []],
    ["all digests are of today's parameters", [TODAY]],
  ])('is nothing where %s', async (_, found) => {
    expect(await leastMs(...found)).toEqual({ least: 0, measured: [] });
  });

  it('A: leaves room above what stands in for nobody, where digests of before cost less', async () => {
    expect((await leastMs(BEFORE, TODAY)).least).toBe(120);
    expect((await leastMs(BEFORE)).least).toBe(120);
  });

  it('A: leaves room above the dearest of all, each measured once', async () => {
    const { least, measured } = await leastMs(DEAR, BEFORE, TODAY);
    expect(least).toBe(500);
    expect([...measured].sort()).toEqual([BEFORE, TODAY, DEAR].sort());
  });
});
