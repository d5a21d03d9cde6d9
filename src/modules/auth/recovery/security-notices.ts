import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { OnDomainEvent, type DomainEvent, type EventContext } from '../../../common/events';
import { canonicalName } from '../../../common/validation';
import { Clock } from '../../../infrastructure/clock';
import { defineMail, Mailer } from '../../../infrastructure/mail';
import { RefreshTokenReusedEvent } from '../../sessions/events/session.events';
import { CredentialsService } from '../../users';
import { DAY_SECONDS } from './recovery-mails';

const LIFE_SECONDS = 3 * DAY_SECONDS;
const MOVED_BY_ADMINISTRATOR = 'user.updated';

/** What the owner of an account is told, by the event that tells us. */
const NOTICES: Readonly<Record<string, { readonly subject: string; readonly says: string }>> = {
  'user.password-changed': {
    subject: 'Your password has changed',
    says: 'The password was changed, and all other sessions have ended.',
  },
  'user.locked-out': {
    subject: 'Failed attempts to sign in',
    says: 'Too many attempts to sign in failed, so for a while no password is accepted from there. Sessions go on.',
  },
  'user.locked': {
    subject: 'Your account was locked',
    says: 'An administrator locked the account. All sessions have ended, and nobody can sign in until the lock is off.',
  },
  'refresh_token.reused': {
    subject: 'A session was ended for your safety',
    says: 'A sign-in token was used twice, so somebody may have a copy of it. The session that it belonged to has ended.',
  },
  'mfa.totp-enrolled': {
    subject: 'A second factor was set up',
    says: 'An authenticator app was set up as the second factor. One that there was before counts no more.',
  },
  'mfa.totp-disabled': {
    subject: 'Your second factor was switched off',
    says: 'The second factor was switched off: the password alone signs in now.',
  },
  'mfa.recovery-codes-replaced': {
    subject: 'Your recovery codes were replaced',
    says: 'New recovery codes were made; the ones from before are dead.',
  },
  'mfa.recovery-code-used': {
    subject: 'A recovery code was used',
    says: 'A recovery code took the place of the second factor. It works no more.',
  },
  'mfa.reset': {
    subject: 'Your second factor was taken away',
    says: 'An administrator took the second factor away and ended every session.',
  },
  [MOVED_BY_ADMINISTRATOR]: {
    subject: 'Your email address has changed',
    says: 'An administrator gave the account another email address. This one gets no more mails about it.',
  },
};

const NoticeParameters = z.object({
  notice: z.string(),
  username: z.string(),
  at: z.string(),
  ip: z.string().nullable(),
});

const securityNotice = defineMail('security-notice', NoticeParameters, ({ notice, username, at, ip }) => {
  const known = NOTICES[notice];
  if (known === undefined) throw new Error('this version does not know the notice');
  return {
    subject: known.subject,
    paragraphs: [
      `This is about the account "${username}".`,
      known.says,
      `When: ${at}${ip === null ? '' : `, from the address ${ip}`}.`,
      'If you know nothing of this, change your password and tell an administrator.',
    ],
  };
});

/** Mails the owner whenever what guards an account changes, in the transaction of the change. */
@Injectable()
export class SecurityNotices {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  @OnDomainEvent()
  async notify(event: DomainEvent, { ip }: EventContext): Promise<void> {
    if (!(event.name in NOTICES) || !this.mailer.isConfigured) return;
    const user = await this.credentials.findById(ownerOf(event));
    const email = event.name === MOVED_BY_ADMINISTRATOR ? formerAddressIn(event) : user?.email;
    if (user === null || email === undefined) return;
    const at = new Date(this.clock.nowSeconds() * 1_000).toISOString();
    const parameters = { notice: event.name, username: user.username, at, ip };
    await this.mailer.enqueue(securityNotice, { userId: user.id, email }, parameters, LIFE_SECONDS);
  }
}

function ownerOf(event: DomainEvent): string {
  return event instanceof RefreshTokenReusedEvent ? event.userId : (event.target.id ?? '');
}

/** Undefined where the account did not move: another spelling reaches the same mailbox. */
export function formerAddressIn({ personalChanges }: DomainEvent): string | undefined {
  const { before, after } = personalChanges?.email ?? {};
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  return canonicalName(before) === canonicalName(after) ? undefined : before;
}
