import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { z } from 'zod';
import { DomainError } from '../../common/errors';
import type { EventContext } from '../../common/events';
import { Database } from '../database';
import { RequestContext } from '../request-context';
import { WorkLoop } from '../work-loop';
import { DeferredWorkQueue, type TakenWork } from './deferred-work.queue';

const POLL_MS = 1_000;
const SHUTDOWN_MS = 3_000;
const RETRY_AFTER_SECONDS = 5;

/** What may be left to be done after an answer. */
export interface DeferredKind<Content> {
  /** Unique, and stored: a kind keeps its name. */
  readonly name: string;
  readonly content: z.ZodType<Content>;
  /** Past this many that wait no more are taken on: what costs its sender nothing must not fill the disk. */
  readonly mostWaiting?: number;
}

type Work<Content> = (content: Content, origin: EventContext) => Promise<void>;

const Left = z.object({
  content: z.unknown(),
  origin: z.object({
    actor: z.object({ type: z.string(), id: z.string().nullable() }),
    requestId: z.string().nullable(),
    sessionId: z.string().nullable(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
  }),
});

/**
 * Work that a request leaves behind, so that neither what it comes to nor how long it takes shows in the answer. It is
 * a row before the request is answered, and taken in the transaction of its effects: done once, by whichever process
 * comes first, and not lost with the one that answered. One at a time: a flood of it slows nothing else.
 */
@Injectable()
export class DeferredWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('DeferredWork');
  private readonly works = new Map<string, Work<unknown>>();
  private readonly loop = new WorkLoop({
    step: () => this.doNext(),
    restAfterFailureMs: POLL_MS,
    onFailure: (error) => {
      this.logger.warn(`Deferred work cannot be read: ${String(error)}`);
    },
  });

  constructor(
    private readonly queue: DeferredWorkQueue,
    private readonly database: Database,
    private readonly context: RequestContext,
  ) {}

  /** How work of the kind is done, by effects on the database alone. Registers before the application starts. */
  register<Content>({ name, content }: DeferredKind<Content>, work: Work<Content>): void {
    this.works.set(name, (stored, origin) => work(content.parse(stored), origin));
  }

  /**
   * Leaves work behind, with where it came from. In a transaction it is left where that commits.
   *
   * @throws DomainError `SERVICE.OVERLOADED` where too much of the kind waits.
   */
  async add<Content>({ name, mostWaiting }: DeferredKind<Content>, content: Content): Promise<void> {
    const left = { content, origin: this.context.capture() } satisfies z.infer<typeof Left>;
    if (!(await this.queue.insert(name, left, mostWaiting ?? null)))
      throw new DomainError('SERVICE.OVERLOADED', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    await this.database.afterCommit(() => {
      this.loop.wake();
      return Promise.resolve();
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop(SHUTDOWN_MS);
  }

  private async doNext(): Promise<number> {
    let taken: TakenWork | undefined;
    try {
      taken = await this.database.transaction(async () => {
        taken = await this.queue.take([...this.works.keys()]);
        if (taken !== undefined) await this.perform(taken);
        return taken;
      });
    } catch (error) {
      if (taken === undefined) throw error;
      this.logger.warn(`Deferred work (${taken.kind}) is put off: ${String(error)}`);
      await this.queue.putOff(taken);
    }
    return taken === undefined ? POLL_MS : 0;
  }

  private async perform(taken: TakenWork): Promise<void> {
    const { content, origin } = Left.parse(this.queue.open(taken));
    await this.works.get(taken.kind)?.(content, origin);
  }
}
