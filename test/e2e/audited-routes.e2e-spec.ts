import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import {
  AUDITED_ROUTES,
  AuditedWorld,
  type AuditedCall,
  type AuditedOutcome,
} from '../support/audited-routes';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { MailTrap } from '../support/mail-trap';
import { RETURN_TO } from '../support/saml/saml-browser';
import { startService, type ServiceProcess } from '../support/service';

const RECORDED_WITHIN_MS = 5_000;
const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Of the form of every parameter of a path that no route finds by: guards decide before. */
const NOBODY = { id: uuidv7(), kid: 'k'.repeat(43) };

interface Operation {
  readonly security?: readonly object[];
  readonly 'x-required-permission'?: string;
}

/** A trail with gaps proves nothing: what changes something, and what is denied, is in it once. */
describe('the trail of every route that may change something', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: Client;
  let world: AuditedWorld;
  let trap: MailTrap;
  let operations: ReadonlyMap<string, Operation>;

  beforeAll(async () => {
    database = await createTestDatabase();
    trap = await MailTrap.start();
    service = await startService(database.url, {
      ...trap.env,
      PUBLIC_URL: 'https://identity.corp.example',
      SSO_RETURN_URLS: RETURN_TO,
      RATE_LIMIT_LOGIN_PER_ADDRESS: '10000',
    });
    client = new Client(database.url);
    await client.connect();
    const { paths } = (await (await fetch(`${service.api.baseUrl}/docs-json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    operations = new Map(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods)
          .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const)
          .filter(([route]) => CHANGING.has(route.split(' ', 1)[0] ?? '')),
      ),
    );
    world = await AuditedWorld.create({ service, database: client, trap });
  });

  // Some of what is tried ends the administrator's own token.
  afterEach(async () => {
    const { status } = await service.api.get('/v1/auth/me', { token: world.admin.accessToken });
    if (status === 401) world = await AuditedWorld.create({ service, database: client, trap });
  });

  afterAll(async () => {
    await client.end();
    await service.stop();
    await trap.stop();
    await database.drop();
  });

  async function send(route: string, { ids = [], body, ifMatch, token }: AuditedCall) {
    const [method = '', pattern = ''] = route.split(' ');
    const given = [...ids];
    const path = pattern.replace(
      /\{(\w+)\}/g,
      (_, name: string) => given.shift() ?? NOBODY[name === 'kid' ? name : 'id'],
    );
    const isForm = route === 'POST /v1/auth/revoke' || route === 'POST /v1/auth/introspect';
    const response = await fetch(service.api.baseUrl + path, {
      method,
      headers: {
        ...(isPublic(route) ? {} : { authorization: `Bearer ${token ?? world.admin.accessToken}` }),
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
        ...(body !== undefined && {
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        }),
      },
      ...(body !== undefined && {
        body: isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body),
      }),
    });
    const requestId = response.headers.get('x-request-id');
    return { status: response.status, text: await response.text(), requestId };
  }

  /** Of the request, by name. Some routes answer before they do what was asked: waits for `count` of them. */
  async function eventsOf(requestId: string | null, count: number): Promise<string[]> {
    const deadline = Date.now() + RECORDED_WITHIN_MS;
    for (;;) {
      const { rows } = await client.query<{ action: string }>(
        'SELECT action FROM audit_events WHERE request_id = $1 ORDER BY action',
        [requestId],
      );
      if (rows.length >= count || Date.now() > deadline) return rows.map(({ action }) => action);
      await sleep(20);
    }
  }

  const isPublic = (route: string): boolean => operations.get(route)?.security === undefined;

  async function attempt(route: string, { call, events }: AuditedOutcome) {
    const { requestId, ...answer } = await send(route, await call(world));
    return { ...answer, events: await eventsOf(requestId, events.length) };
  }

  it('is described for each of them in test/support/audited-routes', () => {
    const undescribed = [...operations.keys()]
      .filter((route) => !(route in AUDITED_ROUTES))
      .map(
        (route) => `add '${route}' to AUDITED_ROUTES: how to succeed at it, and the events that this leaves`,
      );
    expect(undescribed).toEqual([]);
    expect(Object.keys(AUDITED_ROUTES).filter((route) => !operations.has(route))).toEqual([]);
  });

  it.each(Object.entries(AUDITED_ROUTES))('%s, when it succeeds', async (route, { success }) => {
    const { status, text, events } = await attempt(route, success);
    expect({ status: status < 300 ? 'success' : `${status} ${text}`, events }).toEqual({
      status: 'success',
      events: success.events,
    });
  });

  const failures = Object.entries(AUDITED_ROUTES).flatMap(([route, { failures: known = {} }]) =>
    Object.entries(known).map(([why, outcome]) => [route, why, outcome] as const),
  );
  it.each(failures)('%s, when it fails by %s', async (route, _, outcome) => {
    const { status, events } = await attempt(route, outcome);
    expect({ isRefused: status >= 400 && status < 500, events }).toEqual({
      isRefused: true,
      events: outcome.events,
    });
  });

  it('holds each denial of a permission once, whatever the route', async () => {
    const token = await world.aToken();
    const guarded = [...operations].filter(
      ([, operation]) => operation['x-required-permission'] !== undefined,
    );
    const answers = [];
    for (const [route] of guarded) {
      const { status, requestId } = await send(route, { token, body: {}, ifMatch: 1 });
      const events = await eventsOf(requestId, 1);
      answers.push({ route, isDenied: status === 403 || status === 404, events });
    }
    expect(answers).toEqual(guarded.map(([route]) => ({ route, isDenied: true, events: ['access.denied'] })));
  });

  it('shows what a change was about, before and after, and no secret', async () => {
    const { id, version } = await world.aUser();
    const token = world.admin.accessToken;
    await world.api.patch(`/v1/users/${id}`, { displayName: 'Ada King' }, { token, ifMatch: version });
    await world.api.post(`/v1/users/${id}/disable`, undefined, { token });
    const { body } = await world.api.get(`/v1/audit/events?target=${id}`, { token });
    const [disabled, updated] = body.items as { action: string; changes: unknown }[];
    expect(disabled).toMatchObject({ changes: { status: { before: 'active', after: 'disabled' } } });
    expect(updated).toMatchObject({
      changes: { displayName: { before: expect.stringMatching(/^thing-/), after: 'Ada King' } },
    });
    const { rows } = await client.query<{ event: string }>(
      'SELECT to_jsonb(e)::text AS event FROM audit_events e',
    );
    const trail = rows.map(({ event }) => event).join('\n');
    expect(trail).not.toMatch(/quiet sentence|longer sentence|ptr_|eyJ|argon2/);
  });
});
