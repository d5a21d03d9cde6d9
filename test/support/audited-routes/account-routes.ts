import { about, onUser, type AuditedRoutes } from './audited-route';
import { NEW_PASSWORD, PASSWORD } from './passwords';

/** People, and what administrators do to their accounts. */
export const ACCOUNT_ROUTES: AuditedRoutes = {
  'POST /v1/users': about(['user.created'], (world) => {
    const username = world.uniqueName();
    return { body: { username, email: `${username}@example.com`, displayName: username } };
  }),
  'PATCH /v1/users/{id}': about(['user.updated'], async (world) => {
    const { id, version } = await world.aUser();
    return { ids: [id], ifMatch: version, body: { displayName: 'Ada King' } };
  }),
  'DELETE /v1/users/{id}': about(['user.deleted'], async (world) => {
    const { id, version } = await world.aUser();
    return { ids: [id], ifMatch: version };
  }),
  'POST /v1/users/{id}/disable': onUser(['user.disabled']),
  'POST /v1/users/{id}/enable': about(['user.enabled'], async (world) => {
    const { id } = await world.aUser();
    await world.api.post(`/v1/users/${id}/disable`, undefined, { token: world.admin.accessToken });
    return { ids: [id] };
  }),
  'POST /v1/users/{id}/lock': onUser(['user.locked'], { reason: 'laptop lost' }),
  'POST /v1/users/{id}/unlock': onUser(['user.unlocked']),
  'DELETE /v1/users/{id}/sessions': about(['session.ended'], async (world) => {
    const { id, username } = await world.aUser();
    await world.signIn(username);
    return { ids: [id] };
  }),
  'PATCH /v1/users/me': about(['user.updated'], async (world) => {
    const { username, version } = await world.aUser();
    const { accessToken } = await world.signIn(username);
    return { token: accessToken, ifMatch: version, body: { displayName: 'Ada King' } };
  }),
  'POST /v1/users/me/password': {
    success: {
      events: ['user.password-changed'],
      call: async (world) => ({
        token: await world.aToken(),
        body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
      }),
    },
    failures: {
      'a wrong password': {
        events: ['sign_in.failed'],
        call: async (world) => ({
          token: await world.aToken(),
          body: { currentPassword: NEW_PASSWORD, newPassword: `${NEW_PASSWORD}!` },
        }),
      },
    },
  },
  'POST /v1/users/{id}/erase': onUser(['user.deleted', 'user.erased'], { reason: 'asked for by letter' }),
};
