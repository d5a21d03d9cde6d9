import { DomainEvent } from '../../../common/events';

/** The first refusal of a window; the rest of it is a metric. */
export class RateLimitExceededEvent extends DomainEvent {
  readonly name = 'rate_limit.exceeded';
  override readonly outcome = 'denied';
  readonly target;

  constructor(
    limit: string,
    override readonly typedName: string | undefined,
  ) {
    super();
    this.target = { type: 'rate_limit', id: limit };
  }
}
