import { about, asks, type AuditedRoutes } from './audited-route';
import { NEW_PASSWORD, PASSWORD } from './passwords';

/** Signing in, what it brings, and the keys that sign it. */
export const SESSION_ROUTES: AuditedRoutes = {
  'POST /v1/auth/introspect': asks({ token: 'not a token' }),
  'POST /v1/auth/login': {
    success: {
      events: ['session.started'],
      call: async (world) => ({ body: { username: (await world.aUser()).username, password: PASSWORD } }),
    },
    failures: {
      'a wrong password': {
        events: ['sign_in.failed'],
        call: async (world) => ({
          body: { username: (await world.aUser()).username, password: NEW_PASSWORD },
        }),
      },
      'an unknown name': {
        events: ['sign_in.failed'],
        call: (world) => ({ body: { username: world.uniqueName(), password: PASSWORD } }),
      },
    },
  },
  'POST /v1/auth/refresh': {
    success: {
      events: ['session.refreshed'],
      call: async (world) => ({
        body: { refreshToken: (await world.signIn((await world.aUser()).username)).refreshToken },
      }),
    },
    failures: {
      'a spent token': {
        events: ['refresh_token.reused'],
        call: async (world) => {
          const { refreshToken } = await world.signIn((await world.aUser()).username);
          await world.api.post('/v1/auth/refresh', { refreshToken });
          return { body: { refreshToken } };
        },
      },
    },
  },
  'POST /v1/auth/logout': about(['session.ended'], async (world) => ({
    body: { refreshToken: (await world.signIn((await world.aUser()).username)).refreshToken },
  })),
  'POST /v1/auth/password/change-required': about(
    ['session.started', 'user.password-changed'],
    async (world) => ({ body: { challengeId: await world.aChallenge(), newPassword: NEW_PASSWORD } }),
  ),
  'POST /v1/auth/revoke': about(['token.revoked'], async (world) => ({
    body: { token: await world.aToken() },
  })),
  'DELETE /v1/sessions': about(['session.ended'], async (world) => {
    const { username } = await world.aUser();
    await world.signIn(username);
    return { token: (await world.signIn(username)).accessToken };
  }),
  'DELETE /v1/sessions/{id}': about(['session.ended'], async (world) => {
    const { accessToken, sessionId } = await world.signIn((await world.aUser()).username);
    return { ids: [sessionId], token: accessToken };
  }),
  'POST /v1/signing-keys/rotate': about(['signing-key.published'], () => ({})),
  'POST /v1/signing-keys/{kid}/revoke': about(
    ['signing-key.activated', 'signing-key.revoked'],
    async (world) => ({
      ids: [await world.anActiveKey()],
    }),
  ),
};
