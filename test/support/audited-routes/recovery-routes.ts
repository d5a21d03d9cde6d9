import { about, type AuditedRoutes } from './audited-route';
import { NEW_PASSWORD } from './passwords';
import type { AuditedUser, AuditedWorld } from './audited-world';

const RESET = 'Choose a new password';

/** Somebody signed in who asked to move to another address, and what the mail to it brings back. */
async function aMove(world: AuditedWorld) {
  const user = await world.aUser();
  const { accessToken: token } = await world.signIn(user.username);
  const newEmail = `${world.uniqueName()}@example.org`;
  await world.api.post('/v1/users/me/email', { newEmail }, { token });
  return {
    user,
    token,
    body: { token: await world.mailed({ email: newEmail }, 'Confirm your new email address') },
  };
}

async function theirs(world: AuditedWorld, { username }: AuditedUser) {
  return { token: (await world.signIn(username)).accessToken };
}

/** What goes by mail: to whoever forgot a password, was invited, or has another address. */
export const RECOVERY_ROUTES: AuditedRoutes = {
  'POST /v1/auth/password/forgot': about(['user.password-reset-requested'], async (world) => ({
    body: { email: (await world.aUser()).email },
  })),
  'POST /v1/auth/password/reset': about(
    ['session.ended', 'user.email-verified', 'user.password-changed', 'user.password-reset'],
    async (world) => {
      const user = await world.aUser();
      await world.signIn(user.username);
      await world.api.post('/v1/auth/password/forgot', { email: user.email });
      return { body: { token: await world.mailed(user, RESET), newPassword: NEW_PASSWORD } };
    },
  ),
  'POST /v1/users/{id}/password-reset': about(
    ['session.ended', 'user.password-changed', 'user.password-reset-demanded'],
    async (world) => {
      const { id, username } = await world.aUser();
      await world.signIn(username);
      return { ids: [id] };
    },
  ),
  'POST /v1/users/{id}/invite': about(['user.invited'], async (world) => ({
    ids: [(await world.anInvitedUser()).id],
  })),
  'POST /v1/auth/invitation/accept': about(
    ['user.email-verified', 'user.invitation-accepted', 'user.password-changed'],
    async (world) => {
      const user = await world.anInvitedUser();
      await world.api.post(`/v1/users/${user.id}/invite`, undefined, { token: world.admin.accessToken });
      return { body: { token: await world.mailed(user, 'Your new account'), newPassword: NEW_PASSWORD } };
    },
  ),
  'POST /v1/auth/email/verify': about(['user.email-verified'], async (world) => ({
    body: { token: await world.mailed(await world.aUser(), 'Confirm your email address') },
  })),
  // The mail says the same as the one that creation sent.
  'POST /v1/users/me/email/verification': about([], async (world) => {
    const user = await world.aUser();
    await world.sql(
      `UPDATE account_tokens SET created_at = created_at - interval '1 minute' WHERE user_id = $1`,
      user.id,
    );
    return theirs(world, user);
  }),
  'POST /v1/users/me/email': about(['user.email-change-requested'], async (world) => ({
    ...(await theirs(world, await world.aUser())),
    body: { newEmail: `${world.uniqueName()}@example.org` },
  })),
  'POST /v1/users/me/email/confirm': about(['session.ended', 'user.email-changed'], async (world) => {
    const { user, ...call } = await aMove(world);
    await world.signIn(user.username);
    return call;
  }),
  'POST /v1/auth/email/undo': about(
    ['session.ended', 'user.email-changed', 'user.password-changed'],
    async (world) => {
      const { user, token, body } = await aMove(world);
      await world.api.post('/v1/users/me/email/confirm', body, { token });
      return { body: { token: await world.mailed(user, 'Your email address has changed') } };
    },
  ),
};
