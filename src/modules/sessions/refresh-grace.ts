import { performance } from 'node:perf_hooks';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { sessionsConfig } from '../../config/sessions.config';
import { Purge } from '../../infrastructure/purge';
import { openSuccessor, sealSuccessor } from './refresh-token';
import { PURGE_SUCCESSORS, RefreshTokensRepository } from './refresh-tokens.repository';
import type { SessionGrant } from './session-grant';

const ERASE_INTERVAL_MS = 1_000;

/**
 * Makes an honest retry harmless: for `REFRESH_GRACE_SECONDS` a spent token brings the successor that it brought
 * before, as long as nobody has used that. The grace ends by comparison in SQL; erasing only keeps less.
 */
@Injectable()
export class RefreshGrace implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('RefreshGrace');
  /** Sessions in the order of their rotation, with the time at which their grace has ended. */
  private kept = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(sessionsConfig.KEY) private readonly config: ConfigType<typeof sessionsConfig>,
    private readonly tokens: RefreshTokensRepository,
    purge: Purge,
  ) {
    if (config.graceSeconds > 0) purge.register(PURGE_SUCCESSORS);
  }

  onApplicationBootstrap(): void {
    if (this.config.graceSeconds > 0) this.timer = setInterval(() => void this.erase(), ERASE_INTERVAL_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** What to keep of `successor` beside the spent token: nothing where there is no grace. */
  seal(spent: string, successor: string): Buffer | null {
    return this.config.graceSeconds > 0 ? sealSuccessor(spent, successor) : null;
  }

  /** Remembers to erase what was kept at this rotation. */
  keep(sessionId: string): void {
    if (this.config.graceSeconds === 0) return;
    this.kept.delete(sessionId);
    this.kept.set(sessionId, performance.now() + this.config.graceSeconds * 1_000 + ERASE_INTERVAL_MS);
  }

  /** The grant that `spent` brought before; null when its grace has ended or the successor was used. */
  async find(sessionId: string, spent: string, spentHash: Buffer): Promise<SessionGrant | null> {
    const { graceSeconds } = this.config;
    if (graceSeconds === 0) return null;
    const session = await this.tokens.findSuccessor(sessionId, spentHash, graceSeconds);
    return session && { session, refreshToken: openSuccessor(spent, session.sealedSuccessor) };
  }

  private async erase(): Promise<void> {
    const now = performance.now();
    const due: string[] = [];
    for (const [id, endsAt] of this.kept) {
      if (endsAt > now) break;
      due.push(id);
      this.kept.delete(id);
    }
    if (due.length === 0) return;
    await this.tokens.eraseSuccessors(due, this.config.graceSeconds).catch((error: unknown) => {
      this.logger.warn(`Refresh tokens past their grace could not be erased: ${String(error)}`);
    });
  }
}
