import type { DomainEvent } from '../../common/events';
import { SecretBox, sha256 } from '../../infrastructure/crypto';
import type { Database } from '../../infrastructure/database';
import type { RefreshGrace } from './refresh-grace';
import type { RefreshRotation } from './refresh-rotation';
import { mintRefreshToken, sessionOfRefreshToken } from './refresh-token';
import { RefreshTokensService } from './refresh-tokens.service';
import type { SessionState } from './session-sql';
import type { SessionsService } from './sessions.service';

const SESSION = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const box = new SecretBox(['a root secret']);
const state: SessionState = {
  id: SESSION,
  userId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f',
  epoch: 0,
  methods: ['pwd'],
  acr: 'aal1',
  authTime: 0,
  remainingSeconds: 60,
};

interface Answers {
  readonly together?: SessionState;
  readonly alone?: SessionState;
  readonly kept?: string;
}

function aService({ together, alone, kept }: Answers) {
  const done: string[] = [];
  const note = <T>(deed: string, answer: T): Promise<T> => {
    done.push(deed);
    return Promise.resolve(answer);
  };
  const rotation = {
    rotate: () => note('rotate', together ?? null),
    rotateAlone: () => note('rotate alone', alone ?? null),
  };
  const grace = {
    seal: () => null,
    keep: () => undefined,
    find: () =>
      note('look for a successor', kept === undefined ? null : { session: state, refreshToken: kept }),
  };
  const sessions = {
    endIfReused: (id: string, hash: Buffer) => note(`end ${id} ${hash.toString('hex')}`, undefined),
  };
  const events = { publish: ({ name, reason }: DomainEvent) => note(`${name} ${reason ?? ''}`, undefined) };
  const service = new RefreshTokensService(
    box,
    rotation as unknown as RefreshRotation,
    grace as unknown as RefreshGrace,
    sessions as unknown as SessionsService,
    { transaction: (work: () => Promise<unknown>) => work() } as unknown as Database,
    events,
  );
  return { service, done };
}

describe('RefreshTokensService', () => {
  const token = mintRefreshToken(box, SESSION);

  it('asks nobody about a token that is not ours', async () => {
    const { service, done } = aService({ together: state });
    await expect(service.refresh(`${token}x`)).rejects.toMatchObject({ code: 'AUTH.INVALID_REFRESH_TOKEN' });
    expect(done).toEqual([]);
  });

  it('gives a successor of the same session', async () => {
    const { service, done } = aService({ together: state });
    const { refreshToken } = await service.refresh(token);
    expect(refreshToken).not.toBe(token);
    expect(sessionOfRefreshToken(box, refreshToken)).toBe(SESSION);
    expect(done).toEqual(['rotate']);
  });

  it('looks again, alone, before it takes a token that came away empty for spent', async () => {
    const { service, done } = aService({ alone: state });
    await service.refresh(token);
    expect(done).toEqual(['rotate', 'rotate alone']);
  });

  it('gives the kept successor back to an honest retry', async () => {
    const { service, done } = aService({ kept: 'the successor' });
    expect((await service.refresh(token)).refreshToken).toBe('the successor');
    expect(done).toEqual(['rotate', 'rotate alone', 'look for a successor', 'session.refreshed retried']);
  });

  it('ends the session of a spent token', async () => {
    const { service, done } = aService({});
    await expect(service.refresh(token)).rejects.toMatchObject({ code: 'AUTH.INVALID_REFRESH_TOKEN' });
    expect(done.at(-1)).toBe(`end ${SESSION} ${sha256(token).toString('hex')}`);
  });
});
