import type { ChangeFeed } from '../../../infrastructure/change-feed';
import type { SessionsService } from '../../sessions';
import type { CredentialsService } from '../../users';
import { RevocationState } from './revocation-state';
import type { RevokedTokensRepository } from './revoked-tokens.repository';
import type { VerificationKey } from './signing-key';
import type { VerifiedToken } from './verified-token';

const aToken = (change: Partial<VerifiedToken> & { isTrusted?: boolean } = {}): VerifiedToken => ({
  principal: {
    subject: 'ada',
    subjectType: 'user',
    sessionId: 'session',
    authTime: 0,
    amr: ['pwd'],
    acr: 'aal1',
  },
  tokenId: 'token',
  epoch: 3,
  expiresAt: 900,
  key: { kid: 'key', isTrusted: change.isTrusted ?? true } as VerificationKey,
  ...change,
});

const stateOf = (
  options: {
    isFresh?: boolean;
    ended?: string[];
    epochs?: { id: string; epoch: number }[];
    revoked?: string[];
    live?: boolean;
    databaseSaysRevoked?: boolean | Error;
  } = {},
) => {
  const {
    isFresh = true,
    ended = [],
    epochs = [],
    revoked = [],
    live = true,
    databaseSaysRevoked = false,
  } = options;
  return new RevocationState(
    {
      findEndedWithin: () => Promise.resolve(ended),
      findLive: () => Promise.resolve(live ? {} : null),
    } as unknown as SessionsService,
    {
      findEpochsChangedWithin: () => Promise.resolve(epochs),
      findEpochs: () => Promise.resolve(epochs),
    } as unknown as CredentialsService,
    {
      findAll: () => Promise.resolve(revoked),
      isRevoked: () =>
        databaseSaysRevoked instanceof Error
          ? Promise.reject(databaseSaysRevoked)
          : Promise.resolve(databaseSaysRevoked),
    } as unknown as RevokedTokensRepository,
    { isFresh: () => isFresh, subscribe: () => undefined } as unknown as ChangeFeed,
  );
};

describe('RevocationState', () => {
  it('lets a token live of which nothing is known, without a promise', () => {
    expect(stateOf().isRevoked(aToken())).toBe(false);
  });

  it('knows after a rebuild what died: a session, a token, the tokens of an epoch', async () => {
    const state = stateOf({ ended: ['dead'], revoked: ['gone'], epochs: [{ id: 'eve', epoch: 4 }] });
    await state.rebuild();
    const { principal } = aToken();
    expect(state.isRevoked(aToken())).toBe(false);
    expect(state.isRevoked(aToken({ principal: { ...principal, sessionId: 'dead' } }))).toBe(true);
    expect(state.isRevoked(aToken({ tokenId: 'gone' }))).toBe(true);
    expect(state.isRevoked(aToken({ principal: { ...principal, subject: 'eve' } }))).toBe(true);
    expect(state.isRevoked(aToken({ principal: { ...principal, subject: 'eve' }, epoch: 4 }))).toBe(false);
  });

  it.each([
    ['session.ended', 'session'],
    ['token.revoked', 'token'],
    ['user.epoch', 'ada'],
  ] as const)('learns of %s', async (kind, id) => {
    const state = stateOf({ epochs: [{ id: 'ada', epoch: 4 }] });
    await state.refresh(kind, [id]);
    expect(state.isRevoked(aToken())).toBe(true);
  });

  it('never takes an epoch back, whichever of two reads comes last', async () => {
    const epochs = [{ id: 'ada', epoch: 4 }];
    const state = stateOf({ epochs });
    await state.refresh('user.epoch', ['ada']);
    epochs[0] = { id: 'ada', epoch: 2 };
    await state.refresh('user.epoch', ['ada']);
    expect(state.isRevoked(aToken())).toBe(true);
  });

  it('refuses every token of a key that the ring gave up', () => {
    expect(stateOf().isRevoked(aToken({ isTrusted: false }))).toBe(true);
  });

  it('asks the database once memory is not fresh', async () => {
    expect(await stateOf({ isFresh: false, epochs: [{ id: 'ada', epoch: 3 }] }).isRevoked(aToken())).toBe(
      false,
    );
    expect(await stateOf({ isFresh: false, epochs: [{ id: 'ada', epoch: 4 }] }).isRevoked(aToken())).toBe(
      true,
    );
    expect(await stateOf({ isFresh: false }).isRevoked(aToken())).toBe(true);
    const epochs = [{ id: 'ada', epoch: 3 }];
    expect(await stateOf({ isFresh: false, epochs, live: false }).isRevoked(aToken())).toBe(true);
    expect(await stateOf({ isFresh: false, epochs, databaseSaysRevoked: true }).isRevoked(aToken())).toBe(
      true,
    );
  });

  it('fails rather than passes when the database is away as well', async () => {
    const state = stateOf({ isFresh: false, databaseSaysRevoked: new Error('connection refused') });
    await expect(state.isRevoked(aToken())).rejects.toThrow('connection refused');
  });
});
