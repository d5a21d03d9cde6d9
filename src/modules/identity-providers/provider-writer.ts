import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { EventPublisher, type DomainEvent } from '../../common/events';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { Database, isUniqueViolation } from '../../infrastructure/database';
import { DOMAIN_CONSTRAINT, SLUG_CONSTRAINT } from './identity-providers.repository';

/** The one way to change a provider: told to every process and to the trail, in the transaction of the change. */
@Injectable()
export class ProviderWriter {
  constructor(
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly events: EventPublisher,
  ) {}

  /** @throws DomainError `PROVIDER.SLUG_TAKEN`, `PROVIDER.DOMAIN_TAKEN` */
  async write<T>(
    id: string,
    work: () => Promise<{ readonly result: T; readonly event: DomainEvent }>,
  ): Promise<T> {
    try {
      return await this.database.transaction(async () => {
        const { result, event } = await work();
        await this.feed.append('identity-providers', [id]);
        await this.events.publish(event);
        return result;
      });
    } catch (error) {
      if (isUniqueViolation(error, SLUG_CONSTRAINT))
        throw new DomainError('PROVIDER.SLUG_TAKEN', { cause: error });
      if (isUniqueViolation(error, DOMAIN_CONSTRAINT))
        throw new DomainError('PROVIDER.DOMAIN_TAKEN', { cause: error });
      throw error;
    }
  }
}
