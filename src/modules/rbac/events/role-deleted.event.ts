import { DomainEvent, type FieldChanges } from '../../../common/events';

export class RoleDeletedEvent extends DomainEvent {
  readonly name = 'role.deleted';
  readonly target: { readonly type: 'role'; readonly id: string };

  constructor(
    roleId: string,
    override readonly changes: FieldChanges,
  ) {
    super();
    this.target = { type: 'role', id: roleId };
  }
}
