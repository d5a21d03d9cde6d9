import { performance } from 'node:perf_hooks';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeFeed, type ChangeKind, type ChangeSubscriber } from '../../../infrastructure/change-feed';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import { RevokedTokensRepository } from './revoked-tokens.repository';
import { LONGEST_TOKEN_LIFE_SECONDS } from './token-life';
import type { VerifiedToken } from './verified-token';

const PRUNE_INTERVAL_MS = 60_000;

interface Ended {
  readonly epoch: number;
  readonly forgetAt: number;
}

/** What died before its tokens expired, kept in memory until the last of them has. */
@Injectable()
export class RevocationState implements ChangeSubscriber, OnApplicationShutdown {
  readonly kinds = ['session.ended', 'token.revoked', 'user.epoch'] as const;
  private readonly tokens = new Map<string, number>();
  private readonly sessions = new Map<string, number>();
  private readonly epochs = new Map<string, Ended>();
  private readonly pruning = setInterval(() => {
    this.prune();
  }, PRUNE_INTERVAL_MS).unref();

  constructor(
    private readonly sessionsService: SessionsService,
    private readonly credentials: CredentialsService,
    private readonly revokedTokens: RevokedTokensRepository,
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
    const { principal, tokenId, key, epoch } = token;
    if (!key.isTrusted || this.tokens.has(tokenId) || this.sessions.has(principal.sessionId)) return true;
    const ended = this.epochs.get(principal.subject);
    return ended !== undefined && ended.epoch > epoch;
  }

  async rebuild(): Promise<void> {
    const forgetAt = this.forgetAt();
    const sessionIds = await this.sessionsService.findEndedWithin(LONGEST_TOKEN_LIFE_SECONDS);
    const epochs = await this.credentials.findEpochsChangedWithin(LONGEST_TOKEN_LIFE_SECONDS);
    const tokenIds = await this.revokedTokens.findAll();
    for (const id of sessionIds) this.sessions.set(id, forgetAt);
    for (const id of tokenIds) this.tokens.set(id, forgetAt);
    this.remember(epochs, forgetAt);
  }

  async refresh(kind: ChangeKind, keys: readonly string[]): Promise<void> {
    const forgetAt = this.forgetAt();
    if (kind === 'session.ended') for (const id of keys) this.sessions.set(id, forgetAt);
    else if (kind === 'token.revoked') for (const id of keys) this.tokens.set(id, forgetAt);
    else this.remember(await this.credentials.findEpochs(keys), forgetAt);
  }

  onApplicationShutdown(): void {
    clearInterval(this.pruning);
  }

  private async isRevokedInDatabase({ principal, tokenId, key, epoch }: VerifiedToken): Promise<boolean> {
    if (await this.revokedTokens.isRevoked(tokenId, key.kid)) return true;
    const session = await this.sessionsService.findLive(principal.sessionId);
    const [user] = await this.credentials.findEpochs([principal.subject]);
    return session === null || user === undefined || user.epoch > epoch;
  }

  /** Epochs only grow: of two reads that overtake each other the higher one is right. */
  private remember(epochs: readonly { id: string; epoch: number }[], forgetAt: number): void {
    for (const { id, epoch } of epochs) {
      const known = this.epochs.get(id)?.epoch ?? epoch;
      this.epochs.set(id, { epoch: Math.max(epoch, known), forgetAt });
    }
  }

  /** By the monotonic clock: a wall clock that jumps ahead and back must revive nothing. */
  private forgetAt(): number {
    return performance.now() + LONGEST_TOKEN_LIFE_SECONDS * 1_000;
  }

  private prune(): void {
    const now = performance.now();
    for (const ended of [this.sessions, this.tokens])
      for (const [id, forgetAt] of ended) if (forgetAt < now) ended.delete(id);
    for (const [id, { forgetAt }] of this.epochs) if (forgetAt < now) this.epochs.delete(id);
  }
}
