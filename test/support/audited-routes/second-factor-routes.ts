import { challengeOf, totpCode } from '../second-factors';
import { about, type AuditedRoutes } from './audited-route';
import { NEW_PASSWORD, PASSWORD } from './passwords';
import type { AuditedWorld } from './audited-world';

/** The call that answers the challenge of somebody who has a second factor. */
async function answering(world: AuditedWorld, method: 'totp' | 'recovery_code', isRight: boolean) {
  const user = await world.anEnrolledUser();
  const challengeId = await challengeOf(world.api, user.username);
  const right = method === 'totp' ? await totpCode(user.secret) : user.recoveryCodes[0];
  return { body: { challengeId, method, code: isRight ? right : 'nobody-s-code' } };
}

/** The call that confirms what the owner of the token has begun to enrol. */
async function confirming(world: AuditedWorld, token: string, isRight: boolean) {
  const { body } = await world.api.post('/v1/users/me/mfa/totp', {}, { token });
  return { token, body: { code: isRight ? await totpCode(body.secret as string) : 'nobody-s-code' } };
}

/** Second factors, and proving them once more. */
export const SECOND_FACTOR_ROUTES: AuditedRoutes = {
  'POST /v1/auth/mfa': about(['session.started'], (world) => answering(world, 'totp', true), {
    'a wrong code': { events: ['sign_in.failed'], call: (world) => answering(world, 'totp', false) },
    'a wrong recovery code': {
      events: ['sign_in.failed'],
      call: (world) => answering(world, 'recovery_code', false),
    },
  }),
  'POST /v1/auth/step-up': about(
    ['step_up.succeeded'],
    async (world) => ({ token: await world.aToken(), body: { method: 'password', password: PASSWORD } }),
    {
      'a wrong password': {
        events: ['step_up.failed'],
        call: async (world) => ({
          token: await world.aToken(),
          body: { method: 'password', password: NEW_PASSWORD },
        }),
      },
      'a spent recovery code': {
        events: ['step_up.failed'],
        call: async (world) => {
          const { token, recoveryCodes } = await world.anEnrolledUser();
          const body = { method: 'recovery_code', code: recoveryCodes[0] };
          await world.api.post('/v1/auth/step-up', body, { token });
          return { token, body };
        },
      },
    },
  ),
  // What is not confirmed is no factor.
  'POST /v1/users/me/mfa/totp': about([], async (world) => ({ token: await world.aToken(), body: {} })),
  'POST /v1/users/me/mfa/totp/confirm': about(
    ['mfa.totp-enrolled', 'session.ended'],
    async (world) => {
      const { username } = await world.aUser();
      await world.signIn(username);
      return confirming(world, (await world.signIn(username)).accessToken, true);
    },
    {
      'a wrong code': {
        events: ['mfa.totp-enrolment-failed'],
        call: async (world) => confirming(world, await world.aToken(), false),
      },
    },
  ),
  'POST /v1/users/me/mfa/recovery-codes': about(['mfa.recovery-codes-replaced'], async (world) => ({
    token: (await world.anEnrolledUser()).token,
  })),
  'DELETE /v1/users/me/mfa/totp': about(['mfa.totp-disabled'], async (world) => ({
    token: (await world.anEnrolledUser()).token,
  })),
  'DELETE /v1/users/{id}/mfa': about(['mfa.reset', 'session.ended'], async (world) => ({
    ids: [(await world.anEnrolledUser()).id],
  })),
};
