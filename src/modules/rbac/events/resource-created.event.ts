import { DomainEvent, type FieldChanges } from '../../../common/events';

export class ResourceCreatedEvent extends DomainEvent {
  readonly name = 'resource.created';
  readonly target: { readonly type: 'resource'; readonly id: string };

  constructor(
    resourceId: string,
    override readonly changes: FieldChanges,
  ) {
    super();
    this.target = { type: 'resource', id: resourceId };
  }
}
