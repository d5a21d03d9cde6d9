import type { ExecutionContext } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { ThrottlerModuleOptions, ThrottlerOptions } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { rateLimitOf, type RateLimitPolicy } from '../../common/access';
import { canonicalName, emailField, loginNameField } from '../../common/validation';
import type { authConfig } from '../../config/auth.config';
import { isDeviceToken, type SecretBox } from '../crypto';

const WINDOW_MS = 60_000;
/** As long as a challenge can live: its count never starts anew. */
const CHALLENGE_WINDOW_MS = 600_000;
/** Mails annoy for longer than a minute. */
const MAIL_WINDOW_MS = 3_600_000;

/** Counts by what callers typed as their name. */
export const LOGIN_NAME_LIMIT = 'login.name';

/** Limits against guessing: without Redis every process counts them in PostgreSQL, never each for itself. */
export const SHARED_LIMITS: ReadonlySet<string> = new Set([
  'forgot.address',
  'forgot.mailbox',
  'login.address',
  LOGIN_NAME_LIMIT,
  'login.device',
  'mfa.address',
  'mfa.challenge',
]);

type RateLimits = ConfigType<typeof authConfig>['rateLimits'];

export function rateLimitOptions(limits: RateLimits, box: SecretBox): ThrottlerModuleOptions {
  return {
    throttlers: throttlersOf(limits, box),
    // By limit and not by route: every spelling of a path counts alike. Under a secret: no name or address in clear.
    generateKey: (_context, tracker, name) =>
      box.authenticate('rate-limit', `${name}\0${tracker}`).toString('base64url'),
  };
}

/** In the order in which they count: a refused address costs no name a hit. */
function throttlersOf(limits: RateLimits, box: SecretBox): ThrottlerOptions[] {
  return [
    limitOf('login', { name: 'login.address', limit: limits.loginPerAddress }),
    limitOf('login', {
      name: LOGIN_NAME_LIMIT,
      limit: limits.loginPerName,
      // Where somebody has signed in before, those who only know the name must not use up the owner's chances.
      skipIf: (context) => typedNameOf(context) === '' || isDeviceToken(box, deviceTokenOf(context)),
      getTracker: (_request, context) => typedNameOf(context),
    }),
    limitOf('login', {
      name: 'login.device',
      limit: limits.loginPerName,
      skipIf: (context) => !isDeviceToken(box, deviceTokenOf(context)),
      getTracker: (_request, context) => String(deviceTokenOf(context)),
    }),
    limitOf('mfa', { name: 'mfa.address', limit: limits.mfaPerAddress }),
    limitOf('mfa', {
      name: 'mfa.challenge',
      limit: limits.mfaPerChallenge,
      ttl: CHALLENGE_WINDOW_MS,
      skipIf: (context) => challengeOf(context) === '',
      getTracker: (_request, context) => challengeOf(context),
    }),
    limitOf('forgot', { name: 'forgot.address', limit: limits.forgotPerAddress, ttl: MAIL_WINDOW_MS }),
    limitOf('forgot', {
      name: 'forgot.mailbox',
      limit: limits.forgotPerMailbox,
      ttl: MAIL_WINDOW_MS,
      skipIf: (context) => typedMailboxOf(context) === '',
      getTracker: (_request, context) => typedMailboxOf(context),
    }),
    limitOf('refresh', { name: 'refresh.address', limit: limits.refreshPerAddress }),
    limitOf('sso.start', { name: 'sso.start', limit: limits.ssoStartPerAddress }),
    // Each start brings one answer.
    limitOf('sso.answer', { name: 'sso.answer', limit: limits.ssoStartPerAddress }),
  ];
}

function limitOf(
  policy: RateLimitPolicy,
  options: Omit<ThrottlerOptions, 'ttl'> & { ttl?: number },
): ThrottlerOptions {
  return {
    ttl: WINDOW_MS,
    ...options,
    skipIf: (context) => rateLimitOf(context.getHandler()) !== policy || options.skipIf?.(context) === true,
  };
}

/**
 * The canonical form of the name that the caller typed, or the empty string. Guards run before validation: of a
 * name that will be refused as malformed only the address is counted.
 */
function typedNameOf(context: ExecutionContext): string {
  const body = context
    .switchToHttp()
    .getRequest<FastifyRequest<{ Body: { username?: unknown } | null }>>().body;
  const { success, data } = loginNameField.safeParse(body?.username);
  return success ? canonicalName(data) : '';
}

function deviceTokenOf(context: ExecutionContext): unknown {
  const { body } = context
    .switchToHttp()
    .getRequest<FastifyRequest<{ Body: { deviceToken?: unknown } | null }>>();
  return body?.deviceToken;
}

/** The challenge that the caller answers, or the empty string; a made-up one is a count as well, and cheap. */
function challengeOf(context: ExecutionContext): string {
  const body = context
    .switchToHttp()
    .getRequest<FastifyRequest<{ Body: { challengeId?: unknown } | null }>>().body;
  return typeof body?.challengeId === 'string' ? body.challengeId.slice(0, 200) : '';
}

/** The canonical form of the mailbox that the caller wants a mail sent to, whether or not anybody knows it. */
function typedMailboxOf(context: ExecutionContext): string {
  const body = context
    .switchToHttp()
    .getRequest<FastifyRequest<{ Body: { email?: unknown; newEmail?: unknown } | null }>>().body;
  const { success, data } = emailField.safeParse(body?.email ?? body?.newEmail);
  return success ? canonicalName(data) : '';
}
