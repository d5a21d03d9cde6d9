import { DomainEvent, type FieldChanges } from '../../../common/events';

export class RoleCreatedEvent extends DomainEvent {
  readonly name = 'role.created';
  readonly target: { readonly type: 'role'; readonly id: string };

  constructor(
    roleId: string,
    override readonly changes: FieldChanges,
  ) {
    super();
    this.target = { type: 'role', id: roleId };
  }
}
