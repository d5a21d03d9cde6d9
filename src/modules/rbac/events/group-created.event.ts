import { DomainEvent, type FieldChanges } from '../../../common/events';

export class GroupCreatedEvent extends DomainEvent {
  readonly name = 'group.created';
  readonly target: { readonly type: 'group'; readonly id: string };

  constructor(
    groupId: string,
    override readonly changes: FieldChanges,
  ) {
    super();
    this.target = { type: 'group', id: groupId };
  }
}
