import { DomainEvent, type EventTarget } from '../../../common/events';

/** One access token was killed before it expired; the others of its session live on. */
export class TokenRevokedEvent extends DomainEvent {
  readonly name = 'token.revoked';
  readonly target: EventTarget;
  override readonly changes: { readonly subject: { readonly before: string } };

  constructor(jti: string, subject: string) {
    super();
    this.target = { type: 'token', id: jti };
    this.changes = { subject: { before: subject } };
  }
}
