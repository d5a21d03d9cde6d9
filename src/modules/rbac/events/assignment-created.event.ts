import { DomainEvent, type FieldChanges } from '../../../common/events';

export class AssignmentCreatedEvent extends DomainEvent {
  readonly name = 'assignment.created';
  readonly target: { readonly type: 'assignment'; readonly id: string };

  constructor(
    assignmentId: string,
    override readonly changes: FieldChanges,
  ) {
    super();
    this.target = { type: 'assignment', id: assignmentId };
  }
}
