import { DomainEvent, type FieldChanges } from '../../../common/events';

interface Member {
  readonly groupId: string;
  readonly principalType: string;
  readonly principalId: string;
}

export class GroupMemberRemovedEvent extends DomainEvent {
  readonly name = 'group.member-removed';
  readonly target: { readonly type: 'group'; readonly id: string };
  override readonly changes: FieldChanges;

  constructor({ groupId, principalType, principalId }: Member) {
    super();
    this.target = { type: 'group', id: groupId };
    this.changes = { principalType: { before: principalType }, principalId: { before: principalId } };
  }
}
