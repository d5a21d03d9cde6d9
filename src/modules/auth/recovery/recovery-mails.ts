import { z } from 'zod';
import { defineMail } from '../../../infrastructure/mail';

export const HOUR_SECONDS = 3_600;
export const DAY_SECONDS = 86_400;

const ToOwner = z.object({ username: z.string(), token: z.string() });

export const passwordResetMail = defineMail('password-reset', ToOwner, ({ username, token }) => ({
  subject: 'Choose a new password',
  paragraphs: [
    `Somebody, hopefully you, asked for a new password for the account "${username}".`,
    'The link works once and for one hour. A second factor, if you have one, is asked for as always.',
    'If it was not you, do nothing: your password stays as it is.',
  ],
  link: { label: 'Choose a new password', page: 'reset-password', token },
}));

export const signInElsewhereMail = defineMail(
  'sign-in-elsewhere',
  z.object({ username: z.string() }),
  ({ username }) => ({
    subject: 'Your account has no password here',
    paragraphs: [
      `Somebody, hopefully you, asked for a new password for the account "${username}".`,
      'It has none: sign in by way of your organisation, which also helps with a forgotten password.',
    ],
  }),
);

export const passwordDemandedMail = defineMail('password-demanded', ToOwner, ({ username, token }) => ({
  subject: 'You must choose a new password',
  paragraphs: [
    `An administrator has reset the password of the account "${username}" and ended its sessions.`,
    'Choose a new one; nobody but you will know it. The link works once and for one hour; after that, ask for a ' +
      'new one as for a forgotten password.',
  ],
  link: { label: 'Choose a new password', page: 'reset-password', token },
}));

export const addressRestoredMail = defineMail('address-restored', ToOwner, ({ username, token }) => ({
  subject: 'Choose a new password',
  paragraphs: [
    `The account "${username}" is back at this address, and its sessions have ended.`,
    'Nobody can sign in with the password that it had: somebody else may know it. Choose a new one. The link works once ' +
      'and for one hour; after that, ask for a new one as for a forgotten password.',
  ],
  link: { label: 'Choose a new password', page: 'reset-password', token },
}));

export const invitationMail = defineMail('invitation', ToOwner, ({ username, token }) => ({
  subject: 'Your new account',
  paragraphs: [
    `An account has been made for you. Your username is "${username}".`,
    'Choose a password to begin. The link works once and for three days.',
  ],
  link: { label: 'Choose a password', page: 'accept-invitation', token },
}));

export const emailVerificationMail = defineMail('email-verification', ToOwner, ({ username, token }) => ({
  subject: 'Confirm your email address',
  paragraphs: [
    `This address belongs to the account "${username}". Please confirm that you read it.`,
    'The link works once and for a day.',
  ],
  link: { label: 'Confirm the address', page: 'verify-email', token },
}));

export const emailChangeMail = defineMail('email-change', ToOwner, ({ username, token }) => ({
  subject: 'Confirm your new email address',
  paragraphs: [
    `The account "${username}" is to move to this address. Nothing changes until you confirm it, signed in.`,
    'The link works once and for one hour. If you do not know the account, do nothing.',
  ],
  link: { label: 'Confirm the new address', page: 'confirm-email', token },
}));

export const emailChangeRequestedMail = defineMail(
  'email-change-requested',
  z.object({ username: z.string() }),
  ({ username }) => ({
    subject: 'Your email address is about to change',
    paragraphs: [
      `Somebody who is signed in to the account "${username}" asked to move it to another address.`,
      'Nothing has changed yet. If it was not you, change your password now: that ends every session, and the request.',
    ],
  }),
);

export const emailChangedMail = defineMail('email-changed', ToOwner, ({ username, token }) => ({
  subject: 'Your email address has changed',
  paragraphs: [
    `The account "${username}" has moved to another address. This one gets no more mails about it.`,
    'If it was not you, undo it: the account comes back to this address, every session ends, and you get a mail to ' +
      'choose a new password. The link works once and for three days.',
  ],
  link: { label: 'That was not me: undo it', page: 'undo-email-change', token },
}));

export const emailChangedAgainMail = defineMail(
  'email-changed-again',
  z.object({ username: z.string() }),
  ({ username }) => ({
    subject: 'Your email address has changed',
    paragraphs: [
      `The account "${username}" has moved to another address. This one gets no more mails about it.`,
      'It had moved within the last three days already, so the address before this one has the link that undoes it. If it ' +
        'was not you, use that link, or tell an administrator.',
    ],
  }),
);
