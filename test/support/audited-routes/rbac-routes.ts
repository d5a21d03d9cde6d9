import { about, type AuditedRoutes } from './audited-route';

/** Roles, groups, resources and who holds what. */
export const RBAC_ROUTES: AuditedRoutes = {
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
