import { Injectable } from '@nestjs/common';
import { EventPublisher, type DomainEvent } from '../../common/events';
import { ChangeFeed, type ChangeKind } from '../../infrastructure/change-feed';
import { Database } from '../../infrastructure/database';
import { PolicyRepository } from './policy.repository';
import { PrivilegeError } from './rbac.errors';

/** The one way to change the policy: one write at a time, told to every process and to the trail. */
@Injectable()
export class PolicyWriter {
  constructor(
    private readonly database: Database,
    private readonly policies: PolicyRepository,
    private readonly feed: ChangeFeed,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Runs `work`, in the caller's transaction where there is one, while no other policy write can run: the rules
   * that it checks against the database still hold when it commits.
   */
  async write<T>(work: (policyVersion: string) => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(async () => {
        const policyVersion = await this.policies.advanceVersion();
        const result = await work(policyVersion);
        // Last: who knows that this version came knows all that it changed.
        await this.feed.append('policy.version', [policyVersion]);
        return result;
      });
    } catch (error) {
      // Out here the rollback does not take the denial with it.
      if (error instanceof PrivilegeError) await this.events.publish(error.denial);
      throw error;
    }
  }

  async record(kind: ChangeKind, keys: readonly string[], ...events: readonly DomainEvent[]): Promise<void> {
    await this.feed.append(kind, keys);
    for (const event of events) await this.events.publish(event);
  }
}
