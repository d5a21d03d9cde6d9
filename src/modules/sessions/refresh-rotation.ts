import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { EventPublisher, type EventContext } from '../../common/events';
import { sessionsConfig } from '../../config/sessions.config';
import { Database, isDatabaseUnavailable } from '../../infrastructure/database';
import { GroupCommit } from '../../infrastructure/group-commit';
import { RequestContext } from '../../infrastructure/request-context';
import { SessionRefreshedEvent } from './events/session.events';
import { RefreshTokensRepository, type Rotation } from './refresh-tokens.repository';
import type { SessionState } from './session-sql';

const MAX_BATCH_ROWS = 256;

/** A rotation, and the request that it is for: by the time of its batch that request may be gone. */
interface RequestedRotation extends Rotation {
  readonly origin: EventContext;
}

/** Replaces leaves: those that come at the same time by one statement, with their events, in one commit. */
@Injectable()
export class RefreshRotation {
  private readonly batches = new GroupCommit<RequestedRotation, SessionState | null>({
    write: (rotations) => this.rotateAll(rotations),
    maxRows: MAX_BATCH_ROWS,
    isOutage: isDatabaseUnavailable,
  });

  constructor(
    @Inject(sessionsConfig.KEY) private readonly config: ConfigType<typeof sessionsConfig>,
    private readonly tokens: RefreshTokensRepository,
    private readonly database: Database,
    private readonly events: EventPublisher,
    private readonly context: RequestContext,
  ) {}

  /**
   * Of any number of racers at most one gets an answer. Null says that the leaf could not be replaced along with
   * others: it is spent, or dead, or just now in other hands.
   */
  rotate(rotation: Rotation): Promise<SessionState | null> {
    return this.batches.join({ ...rotation, origin: this.context.capture() });
  }

  /** In the caller's transaction, after whatever others are doing to the session; null when it is spent or dead. */
  async rotateAlone(rotation: Rotation): Promise<SessionState | null> {
    await this.tokens.hold(rotation.sessionId);
    const [session] = await this.rotateAll([{ ...rotation, origin: this.context.capture() }]);
    return session ?? null;
  }

  private rotateAll(rotations: readonly RequestedRotation[]): Promise<readonly (SessionState | null)[]> {
    return this.database.transaction(async () => {
      const sessions = await this.tokens.rotateAll(rotations, this.config.idleSeconds);
      for (const [index, { origin }] of rotations.entries()) {
        const session = sessions[index];
        if (session) await this.events.publish(new SessionRefreshedEvent(session.id, session.userId), origin);
      }
      return sessions;
    });
  }
}
