import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeFeed, type ChangeKind, type ChangeSubscriber } from '../../../infrastructure/change-feed';
import { Clock } from '../../../infrastructure/clock';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import type { VerifiedToken } from './verified-token';

/** No access token lives longer, whatever this or another process is configured to. */
const LONGEST_TOKEN_LIFE_SECONDS = 3_600;
const PRUNE_INTERVAL_MS = 60_000;

interface Ended {
  readonly epoch: number;
  readonly forgetAt: number;
}

/** What died before its tokens expired, kept in memory until the last of them has. */
@Injectable()
export class RevocationState implements ChangeSubscriber, OnApplicationShutdown {
  readonly kinds = ['session.ended', 'user.epoch'] as const;
  private sessions = new Map<string, number>();
  private epochs = new Map<string, Ended>();
  private readonly pruning = setInterval(() => {
    this.prune();
  }, PRUNE_INTERVAL_MS).unref();

  constructor(
    private readonly sessionsService: SessionsService,
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
  ) {
    feed.subscribe(this);
  }

  /**
   * Whether `token` died early. Answers from memory, at once, while the change feed is fresh; else asks the
   * database, whose failure is an error and never a pass.
   */
  isRevoked(token: VerifiedToken): boolean | Promise<boolean> {
    if (!this.feed.isFresh()) return this.isRevokedInDatabase(token);
    const ended = this.epochs.get(token.principal.subject);
    return this.sessions.has(token.principal.sessionId) || (ended !== undefined && ended.epoch > token.epoch);
  }

  async rebuild(): Promise<void> {
    const forgetAt = this.forgetAt();
    const sessionIds = await this.sessionsService.findEndedWithin(LONGEST_TOKEN_LIFE_SECONDS);
    const epochs = await this.credentials.findEpochsChangedWithin(LONGEST_TOKEN_LIFE_SECONDS);
    this.sessions = new Map(sessionIds.map((id) => [id, forgetAt]));
    this.epochs = new Map(epochs.map(({ id, epoch }) => [id, { epoch, forgetAt }]));
  }

  async refresh(kind: ChangeKind, keys: readonly string[]): Promise<void> {
    const forgetAt = this.forgetAt();
    if (kind === 'session.ended') {
      for (const id of keys) this.sessions.set(id, forgetAt);
      return;
    }
    for (const { id, epoch } of await this.credentials.findEpochs(keys))
      this.epochs.set(id, { epoch, forgetAt });
  }

  onApplicationShutdown(): void {
    clearInterval(this.pruning);
  }

  private async isRevokedInDatabase({ principal, epoch }: VerifiedToken): Promise<boolean> {
    const session = await this.sessionsService.findLive(principal.sessionId);
    const [user] = await this.credentials.findEpochs([principal.subject]);
    return session === null || user === undefined || user.epoch > epoch;
  }

  private forgetAt(): number {
    return this.clock.nowSeconds() + LONGEST_TOKEN_LIFE_SECONDS;
  }

  private prune(): void {
    const now = this.clock.nowSeconds();
    for (const [id, forgetAt] of this.sessions) if (forgetAt < now) this.sessions.delete(id);
    for (const [id, { forgetAt }] of this.epochs) if (forgetAt < now) this.epochs.delete(id);
  }
}
