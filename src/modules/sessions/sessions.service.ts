import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { v7 as uuidv7 } from 'uuid';
import type { AssuranceLevel } from '../../common/access';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import type { Page } from '../../common/http';
import { sessionsConfig } from '../../config/sessions.config';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { SecretBox, sha256 } from '../../infrastructure/crypto';
import { CommittedRefusal, Database } from '../../infrastructure/database';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import {
  RefreshTokenReusedEvent,
  SessionEndedEvent,
  SessionRefusedEvent,
  SessionStartedEvent,
} from './events/session.events';
import { mintRefreshToken, sessionOfRefreshToken } from './refresh-token';
import type { SessionGrant } from './session-grant';
import type { SessionState } from './session-sql';
import { SessionsRepository, type SessionRow } from './sessions.repository';

const LIST = 'sessions';

export interface StartSession {
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
  readonly acr: AssuranceLevel;
  /** When that was proved, in seconds since the epoch; null for just now. */
  readonly authTime: number | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Sessions, each of which is a refresh-token family. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(sessionsConfig.KEY) private readonly config: ConfigType<typeof sessionsConfig>,
    private readonly sessions: SessionsRepository,
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly events: EventPublisher,
    private readonly box: SecretBox,
    private readonly cursors: CursorCodec,
  ) {}

  /**
   * In the caller's transaction, which holds the account as it was when the factor was verified: alone, or two
   * sign-ins at the limit would both find room.
   *
   * @throws DomainError `SESSION.LIMIT_REACHED`, once what the caller did so far has been committed
   */
  async start(input: StartSession): Promise<SessionGrant> {
    await this.makeRoom(input);
    const id = uuidv7();
    const refreshToken = mintRefreshToken(this.box, id);
    const { idleSeconds, absoluteSeconds } = this.config;
    const userAgent = input.userAgent?.slice(0, 512) ?? null;
    const session = await this.sessions.insert({
      ...input,
      id,
      userAgent,
      refreshTokenHash: sha256(refreshToken),
      idleSeconds,
      absoluteSeconds,
    });
    await this.events.publish(new SessionStartedEvent(id, input.userId, input.methods));
    return { session, refreshToken };
  }

  /** The session of a refresh token of ours, spent or not, live or dead; null for any other. */
  ofRefreshToken(refreshToken: string): string | null {
    return sessionOfRefreshToken(this.box, refreshToken);
  }

  /** Ends the session of a refresh token of ours on behalf of whoever asks; does nothing when it is dead already. */
  async revokeByRefreshToken(refreshToken: string): Promise<void> {
    const id = this.ofRefreshToken(refreshToken);
    if (id === null) return;
    await this.database.transaction(async () => {
      const ended = await this.sessions.end(id, null, 'token_revoked');
      if (ended !== null) await this.announceEnd([ended.id], 'token_revoked');
    });
  }

  /** Ends a session; does nothing when it is dead already. */
  async endQuietly(id: string, reason: string): Promise<void> {
    await this.database.transaction(async () => {
      const ended = await this.sessions.end(id, null, reason);
      if (ended !== null) await this.announceEnd([ended.id], reason, { type: 'user', id: ended.userId });
    });
  }

  /** @throws DomainError `SESSION.NOT_FOUND`, also when the session is another user's. */
  async endOwn(ownerId: string, id: string): Promise<void> {
    await this.database.transaction(async () => {
      const ended = await this.sessions.end(id, ownerId, 'ended_by_user');
      if (ended === null) throw new DomainError('SESSION.NOT_FOUND');
      await this.announceEnd([ended.id], 'ended_by_user');
    });
  }

  /** Ends the session whose leaf is another than `presentedHash`: a token that was issued for it came back spent. */
  async endIfReused(id: string, presentedHash: Buffer): Promise<void> {
    await this.database.transaction(async () => {
      const userId = await this.sessions.endIfReused(id, presentedHash);
      if (userId === null) return;
      await this.feed.append('session.ended', [id]);
      await this.events.publish(new RefreshTokenReusedEvent(id, userId));
    });
  }

  /** Ends every session of a user, but for `exceptId`. Joins the caller's transaction. */
  async endAll(userId: string, exceptId: string | null, reason: string): Promise<void> {
    await this.database.transaction(async () => {
      const ids = await this.sessions.endAll(userId, exceptId, reason);
      if (ids.length > 0) await this.announceEnd(ids, reason);
    });
  }

  /** Lets one session survive the end of its epoch. @throws DomainError `SESSION.NOT_FOUND` */
  async carryOver(id: string, epoch: number): Promise<SessionState> {
    const renewed = await this.sessions.renewEpoch(id, epoch);
    const session = renewed ? await this.sessions.findLive(id) : null;
    if (session === null) throw new DomainError('SESSION.NOT_FOUND');
    return session;
  }

  /**
   * Notes that `userId` proved `methods` just now, on top of what the session knows already.
   *
   * @throws DomainError `SESSION.NOT_FOUND`
   */
  async strengthen(
    id: string,
    userId: string,
    methods: readonly string[],
    acr: AssuranceLevel,
  ): Promise<SessionState> {
    const session = await this.sessions.strengthen(id, userId, methods, acr);
    if (session === null) throw new DomainError('SESSION.NOT_FOUND');
    return session;
  }

  async list(
    userId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<SessionRow>> {
    const scope = `${LIST}:${userId}`;
    const beforeId =
      query.cursor === undefined ? null : (this.cursors.decode(scope, query.cursor)[0] ?? null);
    const rows = await this.sessions.findLiveByUser(userId, beforeId, query.limit + 1);
    return keysetPage(rows, query.limit, ({ id }) => this.cursors.encode(scope, [id]));
  }

  /** The sessions that ended within the last `seconds`: those of which some unexpired token may be left. */
  findEndedWithin(seconds: number): Promise<string[]> {
    return this.sessions.findEndedWithin(seconds);
  }

  /** Asks the database; null when the session has ended or expired. */
  findLive(id: string): Promise<SessionState | null> {
    return this.sessions.findLive(id);
  }

  private async makeRoom({ userId, methods }: StartSession): Promise<void> {
    const { limit, limitPolicy } = this.config;
    if (limit === 0) return;
    if (limitPolicy === 'evict_oldest') {
      const ids = await this.sessions.endSurplus(userId, limit - 1, 'evicted');
      if (ids.length > 0) await this.announceEnd(ids, 'evicted', { type: 'user', id: userId });
    } else if ((await this.sessions.countLive(userId)) >= limit) {
      await this.events.publish(new SessionRefusedEvent(userId, methods));
      // The factors were verified and are spent: rolling that back would count this as a failed sign-in.
      throw new CommittedRefusal(new DomainError('SESSION.LIMIT_REACHED'));
    }
  }

  private async announceEnd(
    ids: readonly string[],
    reason: string,
    actor?: { type: string; id: string },
  ): Promise<void> {
    await this.feed.append('session.ended', ids);
    for (const id of ids) await this.events.publish(new SessionEndedEvent(id, reason, actor));
  }
}
