import type { ApiClient, Tokens } from './api-client';

export const PASSWORD = 'a long and quiet sentence';
export const NEW_PASSWORD = 'another and much longer sentence';

/** What the calls below are made in: an administrator, and as many of everything else as they ask for. */
export interface AuditedWorld {
  readonly api: ApiClient;
  readonly admin: Tokens;
  aUser(): Promise<{ readonly id: string; readonly username: string; readonly version: number }>;
  aRole(): Promise<{ readonly id: string; readonly version: number }>;
  aGroup(): Promise<{ readonly id: string; readonly version: number }>;
  aResource(): Promise<{ readonly id: string; readonly version: number }>;
  /** The challenge of a sign-in whose password must be changed. */
  aChallenge(): Promise<string>;
  signIn(username: string): Promise<Tokens>;
  anActiveKey(): Promise<string>;
  uniqueName(): string;
}

export interface AuditedCall {
  /** In place of the parameters of the path, in their order. */
  readonly ids?: readonly string[];
  readonly body?: unknown;
  readonly ifMatch?: number;
  /** The administrator's unless told. */
  readonly token?: string;
}

export interface AuditedOutcome {
  readonly call: (world: AuditedWorld) => Promise<AuditedCall> | AuditedCall;
  /** What the trail holds of the request, by name. */
  readonly events: readonly string[];
}

export interface AuditedRoute {
  readonly success: AuditedOutcome;
  /** Failures that are events: those of authentication. */
  readonly failures?: Readonly<Record<string, AuditedOutcome>>;
}

const about = (events: readonly string[], call: AuditedOutcome['call']): AuditedRoute => ({
  success: { events, call },
});
const asks = (body: unknown): AuditedRoute => about([], () => ({ body }));
const onUser = (events: readonly string[], body?: unknown): AuditedRoute =>
  about(events, async (world) => ({ ids: [(await world.aUser()).id], body }));

const subject = { type: 'user', id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' };
const evaluation = {
  subject,
  action: { name: 'users:read' },
  resource: { type: 'portcullis', id: 'root' },
};

/** Every route that may change something: how to succeed at it, and what the trail holds of it afterwards. */
export const AUDITED_ROUTES: Readonly<Record<string, AuditedRoute>> = {
  'POST /access/v1/evaluation': asks(evaluation),
  'POST /access/v1/evaluations': asks({ evaluations: [evaluation] }),
  'POST /access/v1/search/action': asks({ subject, resource: evaluation.resource }),
  'POST /access/v1/search/resource': asks({
    subject,
    action: evaluation.action,
    resource: { type: 'portcullis' },
  }),
  'POST /access/v1/search/subject': asks({ ...evaluation, subject: { type: 'user' } }),
  'POST /v1/access/batch': asks({ checks: [{ permission: 'users:read' }] }),
  'POST /v1/access/check': asks({ permission: 'users:read' }),
  'POST /v1/access/explain': asks({ permission: 'users:read' }),
  'POST /v1/access/list': asks({ permission: 'users:read' }),
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
    body: { token: (await world.signIn((await world.aUser()).username)).accessToken },
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
        token: (await world.signIn((await world.aUser()).username)).accessToken,
        body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
      }),
    },
    failures: {
      'a wrong password': {
        events: ['sign_in.failed'],
        call: async (world) => ({
          token: (await world.signIn((await world.aUser()).username)).accessToken,
          body: { currentPassword: NEW_PASSWORD, newPassword: `${NEW_PASSWORD}!` },
        }),
      },
    },
  },

  'POST /v1/roles': about(['role.created'], (world) => ({ body: { name: world.uniqueName() } })),
  'PATCH /v1/roles/{id}': about(['role.updated'], async (world) => {
    const { id, version } = await world.aRole();
    return { ids: [id], ifMatch: version, body: { grants: ['users:read'] } };
  }),
  'DELETE /v1/roles/{id}': about(['role.deleted'], async (world) => {
    const { id, version } = await world.aRole();
    return { ids: [id], ifMatch: version };
  }),
  'POST /v1/groups': about(['group.created'], (world) => ({ body: { name: world.uniqueName() } })),
  'PATCH /v1/groups/{id}': about(['group.updated'], async (world) => {
    const { id, version } = await world.aGroup();
    return { ids: [id], ifMatch: version, body: { description: 'They look after the catalogue.' } };
  }),
  'DELETE /v1/groups/{id}': about(['group.deleted'], async (world) => {
    const { id, version } = await world.aGroup();
    return { ids: [id], ifMatch: version };
  }),
  'POST /v1/groups/{id}/members': about(['group.member-added'], async (world) => ({
    ids: [(await world.aGroup()).id],
    body: { principalType: 'user', principalId: (await world.aUser()).id },
  })),
  'DELETE /v1/groups/{id}/members/{memberId}': about(['group.member-removed'], async (world) => {
    const [group, user] = [await world.aGroup(), await world.aUser()];
    const body = { principalType: 'user', principalId: user.id };
    await world.api.post(`/v1/groups/${group.id}/members`, body, { token: world.admin.accessToken });
    return { ids: [group.id, user.id] };
  }),
  'POST /v1/resources': about(['resource.created'], (world) => {
    const name = world.uniqueName();
    return { body: { type: 'test.thing', key: name, name } };
  }),
  'PATCH /v1/resources/{id}': about(['resource.updated'], async (world) => {
    const { id, version } = await world.aResource();
    return { ids: [id], ifMatch: version, body: { tags: { sensitivity: 'high' } } };
  }),
  'DELETE /v1/resources/{id}': about(['resource.deleted'], async (world) => {
    const { id, version } = await world.aResource();
    return { ids: [id], ifMatch: version };
  }),
  'POST /v1/assignments': about(['assignment.created'], async (world) => ({
    body: { principalType: 'user', principalId: (await world.aUser()).id, roleId: (await world.aRole()).id },
  })),
  'DELETE /v1/assignments/{id}': about(['assignment.deleted'], async (world) => {
    const [user, role] = [await world.aUser(), await world.aRole()];
    const body = { principalType: 'user', principalId: user.id, roleId: role.id };
    const { body: made } = await world.api.post('/v1/assignments', body, { token: world.admin.accessToken });
    return { ids: [made.id as string] };
  }),
};
