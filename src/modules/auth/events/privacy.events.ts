import { DomainEvent, type EventTarget } from '../../../common/events';

/** A person's data were erased; the reason is whoever's who asked for it, and names nobody. */
export class UserErasedEvent extends DomainEvent {
  readonly name = 'user.erased';
  readonly target: EventTarget;

  constructor(
    readonly userId: string,
    override readonly reason: string,
  ) {
    super();
    this.target = { type: 'user', id: userId };
  }
}

/** Somebody took a copy of everything that is kept about a person. */
export class PersonalDataExportedEvent extends DomainEvent {
  readonly name = 'user.personal-data-exported';
  readonly target: EventTarget;

  constructor(userId: string) {
    super();
    this.target = { type: 'user', id: userId };
  }
}
