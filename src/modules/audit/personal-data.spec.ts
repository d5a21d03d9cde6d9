import { DomainEvent, type EventContext } from '../../common/events';
import { actorKeyOwner, actorPersonalOf, targetKeyOwner } from './personal-data';

class SomethingHappenedEvent extends DomainEvent {
  readonly name = 'user.updated';
  readonly target = { type: 'user', id: 'target' };

  constructor(override readonly typedName?: string) {
    super();
  }
}

const context: EventContext = {
  actor: { type: 'user', id: 'actor' },
  requestId: null,
  sessionId: null,
  ip: null,
  userAgent: null,
};
const anonymous = { type: 'anonymous', id: null };

describe('personal data of an event', () => {
  it('is nothing where nobody is behind it', () => {
    expect(actorPersonalOf(new SomethingHappenedEvent(), context)).toBeNull();
  });

  it('holds address, user agent and the typed name', () => {
    const event = new SomethingHappenedEvent('ada\r\n');

    expect(actorPersonalOf(event, { ...context, ip: '192.0.2.7', userAgent: 'curl' })).toEqual({
      ip: '192.0.2.7',
      userAgent: 'curl',
      typedName: 'ada\r\n',
    });
  });

  it('cuts an overlong user agent and drops NUL from it', () => {
    const userAgent = `a\0${'b'.repeat(10_000)}`;

    expect(actorPersonalOf(new SomethingHappenedEvent(), { ...context, userAgent })?.userAgent).toBe(
      `a${'b'.repeat(511)}`,
    );
  });

  it.each([
    ['a user', { type: 'user', id: 'actor' }, { kind: 'subject', value: 'actor' }],
    ['a service', { type: 'service', id: 'actor' }, { kind: 'subject', value: 'actor' }],
    ['nobody known', anonymous, { kind: 'month', value: '2026-11-01' }],
    ['the system', { type: 'system', id: null }, { kind: 'month', value: '2026-11-01' }],
  ])('lies under the key of the actor or the month: %s', (_, actor, owner) => {
    expect(actorKeyOwner(actor, '2026-11-01')).toEqual(owner);
  });

  it('lies under the key of the user whom changes are about, else under that of the actor', () => {
    const ada = { type: 'user', id: 'ada' };
    const bob = { type: 'user', id: 'bob' };
    const role = { type: 'role', id: 'role' };

    expect(targetKeyOwner(bob, ada, '2026-11-01')).toEqual({ kind: 'subject', value: 'bob' });
    expect(targetKeyOwner(role, ada, '2026-11-01')).toEqual({ kind: 'subject', value: 'ada' });
    expect(targetKeyOwner(role, anonymous, '2026-11-01')).toEqual({ kind: 'month', value: '2026-11-01' });
  });
});
