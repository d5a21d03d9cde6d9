import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { sessionsConfig } from '../../config/sessions.config';
import { SessionsRepository } from './sessions.repository';

const FLUSH_INTERVAL_MS = 10_000;
const MAX_BATCH_ROWS = 1_000;

/**
 * Notes which sessions are in use. A request only adds to a set; a statement every few seconds writes it down and
 * moves the idle expiry with it. Nothing here can bring a dead session back: the statement passes over those.
 */
@Injectable()
export class SessionActivity implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('SessionActivity');
  private seen = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(sessionsConfig.KEY) private readonly config: ConfigType<typeof sessionsConfig>,
    private readonly sessions: SessionsRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  touch(sessionId: string): void {
    this.seen.add(sessionId);
  }

  /** Writes down what was seen since the last time. */
  async flush(): Promise<void> {
    const ids = [...this.seen];
    this.seen = new Set();
    try {
      for (let from = 0; from < ids.length; from += MAX_BATCH_ROWS) {
        await this.sessions.touch(ids.slice(from, from + MAX_BATCH_ROWS), this.config.idleSeconds);
      }
    } catch (error) {
      for (const id of ids) this.seen.add(id);
      this.logger.warn(`When sessions were last seen could not be written: ${String(error)}`);
    }
  }
}
