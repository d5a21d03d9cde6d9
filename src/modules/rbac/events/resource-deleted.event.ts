import { DomainEvent, type FieldChanges } from '../../../common/events';

export class ResourceDeletedEvent extends DomainEvent {
  readonly name = 'resource.deleted';
  readonly target: { readonly type: 'resource'; readonly id: string };

  constructor(
    resourceId: string,
    override readonly changes: FieldChanges,
  ) {
    super();
    this.target = { type: 'resource', id: resourceId };
  }
}
