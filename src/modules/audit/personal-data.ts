import type { DomainEvent, EventContext, EventTarget } from '../../common/events';
import type { AuditKeyOwner } from './audit-keys.repository';

/** What an event says about the person behind the request. */
export interface ActorPersonal {
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Where no account is known, the name that was typed. */
  readonly typedName?: string;
}

export const PERSONAL_COLUMNS = ['actor', 'target'] as const;
export type PersonalColumn = (typeof PERSONAL_COLUMNS)[number];

const MAX_USER_AGENT_LENGTH = 512;

/** Where a ciphertext belongs: it opens nowhere else. */
export function placeOf(eventId: string, column: PersonalColumn): string {
  return `${eventId}:${column}`;
}

export function actorPersonalOf(event: DomainEvent, context: EventContext): ActorPersonal | null {
  const { typedName } = event;
  const userAgent = context.userAgent?.replaceAll('\0', '').slice(0, MAX_USER_AGENT_LENGTH) ?? null;
  if (context.ip === null && userAgent === null && typedName === undefined) return null;
  return { ip: context.ip, userAgent, ...(typedName !== undefined && { typedName }) };
}

/** Whose key covers what is known about the actor: the actor's, or the month's where nobody is known. */
export function actorKeyOwner(actor: EventTarget, month: string): AuditKeyOwner {
  const isPerson = actor.type === 'user' || actor.type === 'service';
  return isPerson && actor.id !== null
    ? { kind: 'subject', value: actor.id }
    : { kind: 'month', value: month };
}

/** Whose key covers the personal changes: the user's that they are about, else the actor's. */
export function targetKeyOwner(target: EventTarget, actor: EventTarget, month: string): AuditKeyOwner {
  return target.type === 'user' && target.id !== null
    ? { kind: 'subject', value: target.id }
    : actorKeyOwner(actor, month);
}
