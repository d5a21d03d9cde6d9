import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

describe('a password that must be changed', () => {
  let services: TwoServices;

  beforeAll(async () => {
    services = await startTwoServices();
  });

  afterAll(() => services.stop());

  it('D: once it is, every session of before is dead, on every process and in the list', async () => {
    const { first, second } = services;
    const { id, username } = await services.aUser();
    const before = await second.api.signIn(username, PASSWORD);
    await services.sql('UPDATE users SET must_change_password = true WHERE id = $1', [id]);
    const challengeId = (await first.api.login(username, PASSWORD)).body.challengeId as string;
    const choice = { challengeId, newPassword: 'another long and quiet sentence' };
    const { status, body } = await first.api.post('/v1/auth/password/change-required', choice);
    expect([status, body.status]).toEqual([200, 'authenticated']);
    await services.expectDead(before.accessToken);
    const refreshed = await second.api.post('/v1/auth/refresh', { refreshToken: before.refreshToken });
    expect(refreshed.status).toBe(401);
    const { items } = (await second.api.get('/v1/sessions', { token: body.accessToken as string })).body;
    expect((items as { id: string }[]).map((session) => session.id)).toEqual([body.sessionId]);
    // Not by its epoch alone: the trail says that it ended, and why.
    expect(await services.trail('session.ended', before.sessionId)).toEqual(['password_changed']);
    const again = await second.api.post('/v1/auth/password/change-required', choice);
    expect([again.status, again.body.code]).toEqual([401, 'AUTH.INVALID_CHALLENGE']);
  });
});
