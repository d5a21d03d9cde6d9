import { performance } from 'node:perf_hooks';
import type { ConfigType } from '@nestjs/config';
import type { authConfig } from '../../config/auth.config';
import { Argon2PasswordHasher } from './argon2-password-hasher';

const LEAST_MS = 60;

describe('Argon2PasswordHasher', () => {
  const config = { passwordHash: { memoryKib: 8, iterations: 1 } } as unknown as ConfigType<
    typeof authConfig
  >;
  const hasher = new Argon2PasswordHasher(config);

  const timeOf = async (password: string): Promise<number> => {
    const startedAt = performance.now();
    await hasher.verify(null, password, LEAST_MS);
    return performance.now() - startedAt;
  };

  it('A: takes as long without an account as comparing each form of the password with an imported digest', async () => {
    // Timers may fire up to a millisecond early.
    expect(await timeOf('a long and quiet sentence')).toBeGreaterThan(LEAST_MS - 1);
    expect(await timeOf('a sentence of ﬁgures')).toBeGreaterThan(2 * LEAST_MS - 1);
  });
});
