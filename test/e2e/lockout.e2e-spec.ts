import type { ApiAnswer } from '../support/openapi-contract';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const LIMIT = Number(process.env.FAILED_ATTEMPTS_LIMIT ?? 5);
const WRONG = 'not the right password';
const NO_RATE_LIMITS = { RATE_LIMIT_LOGIN_PER_ADDRESS: '1000000', RATE_LIMIT_LOGIN_PER_NAME: '1000000' };

describe('lockout', () => {
  let services: TwoServices;

  beforeAll(async () => {
    services = await startTwoServices({ FAILED_ATTEMPTS_LIMIT: String(LIMIT), ...NO_RATE_LIMITS });
  });

  afterAll(() => services.stop());

  /** By turns on either process. */
  const login = (
    index: number,
    username: string,
    password: string,
    deviceToken?: string,
  ): Promise<ApiAnswer> =>
    (index % 2 === 0 ? services.first : services.second).api.post('/v1/auth/login', {
      username,
      password,
      ...(deviceToken !== undefined && { deviceToken }),
    });

  const statuses = async (
    count: number,
    username: (index: number) => string,
    password: string,
    deviceToken?: string,
  ): Promise<number[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        return (await login(index, username(index), password, deviceToken)).status;
      }),
    );

  const lock = ({ username }: TestUser): Promise<number[]> => statuses(LIMIT, () => username, WRONG);

  const deviceOf = async ({ username }: TestUser): Promise<string> => {
    const { body } = await login(0, username, PASSWORD);
    expect(body.deviceToken).toMatch(/^ptd_/);
    return body.deviceToken as string;
  };

  const countOf = (reasons: readonly string[], reason: string): number =>
    reasons.filter((found) => found === reason).length;

  it('after N wrong passwords: the right one gets the same 401, until the time has passed, without help', async () => {
    const user = await services.aUser();
    const wrong = await login(0, user.username, WRONG);
    await statuses(LIMIT - 1, () => user.username, WRONG);

    const right = await login(1, user.username, PASSWORD);
    expect([right.status, { ...right.body, requestId: '' }]).toEqual([401, { ...wrong.body, requestId: '' }]);
    expect(await services.trailInTime('user.locked-out', user.id)).toEqual(['denied']);

    await services.sql('UPDATE sign_in_attempts SET locked_until = statement_timestamp()');
    expect((await login(1, user.username, PASSWORD)).status).toBe(200);
  });

  it('A: the failure that locks leaves the same behind where nobody has the name; telling the owner comes later', async () => {
    const user = await services.aUser();
    await services.sql(`CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN NEW.due_at := now() + interval ''1 hour''; RETURN NEW; END'`);
    await services.sql(
      'CREATE TRIGGER later BEFORE INSERT ON deferred_work FOR EACH ROW EXECUTE FUNCTION later()',
    );
    await lock(user);
    await statuses(LIMIT, () => 'nobody-has-this-name', WRONG);
    const left = await services.sql('SELECT kind FROM deferred_work');
    expect(left).toEqual([{ kind: 'locked-out' }, { kind: 'locked-out' }]);
    expect(await services.trail('user.locked-out', user.id)).toEqual([]);

    await services.sql('DROP FUNCTION later() CASCADE');
    await services.sql('UPDATE deferred_work SET due_at = now()');
    expect(await services.trailInTime('user.locked-out', user.id)).toEqual(['denied']);
  });

  it('lets parallel guesses under all spellings, on two processes, compare no more than N passwords', async () => {
    const user = await services.aUser();
    const spellings = [
      user.username,
      user.username.toUpperCase(),
      ` ${user.username} `,
      `${user.username}@Example.com`,
    ];

    const answers = await statuses(LIMIT * 4, (index) => spellings[index % spellings.length]!, WRONG);

    expect(new Set(answers)).toEqual(new Set([401]));
    const reasons = await services.trail('sign_in.failed', user.id);
    expect(countOf(reasons, 'wrong_password')).toBe(LIMIT);
    expect(countOf(reasons, 'locked_out')).toBe(LIMIT * 3);
  });

  it('refuses none of many right passwords that come at once', async () => {
    const user = await services.aUser();

    expect(new Set(await statuses(LIMIT * 4, () => user.username, PASSWORD))).toEqual(new Set([200]));
  });

  it('counts anew only after full success: wrong, wrong, right, 50 times', async () => {
    const user = await services.aUser();
    for (let round = 0; round < 50; round++) {
      for (let wrong = 0; wrong < Math.min(2, LIMIT - 1); wrong++)
        expect((await login(round, user.username, WRONG)).status).toBe(401);
      expect((await login(round + 1, user.username, PASSWORD)).status).toBe(200);
    }
  });

  it('leaves the owner in on a known device while an attack runs, and keeps live sessions and password changes', async () => {
    const user = await services.aUser();
    const { body: session } = await login(0, user.username, PASSWORD);
    const token = session.accessToken as string;
    await lock(user);

    const attack = statuses(LIMIT * 4, () => user.username, WRONG);
    const owner = await login(1, user.username, PASSWORD, session.deviceToken as string);
    await attack;

    expect(owner.status).toBe(200);
    expect(owner.body.deviceToken).toBeUndefined();
    expect((await services.first.api.get('/v1/auth/me', { token })).status).toBe(200);
    const change = { currentPassword: PASSWORD, newPassword: 'another and longer sentence' };
    expect((await services.first.api.post('/v1/users/me/password', change, { token })).status).toBe(204);
  });

  it('A, L: counts wrong current passwords at a change of password, and puts the lockout into the trail once', async () => {
    const user = await services.aUser();
    const { accessToken: token } = await services.first.api.signIn(user.username, PASSWORD);
    const change = (currentPassword: string) =>
      services.second.api.post(
        '/v1/users/me/password',
        { currentPassword, newPassword: 'another and longer sentence' },
        { token },
      );
    for (let attempt = 0; attempt < LIMIT; attempt++) await change(WRONG);

    expect((await change(PASSWORD)).body.code).toBe('USER.CURRENT_PASSWORD_WRONG');
    expect(await services.trail('user.locked-out', user.id)).toHaveLength(1);
    expect((await login(0, user.username, PASSWORD)).status).toBe(200);
  });

  it('counts each known device by itself', async () => {
    const user = await services.aUser();
    const [stolen, own] = [await deviceOf(user), await deviceOf(user)];
    expect(stolen).not.toBe(own);
    await statuses(LIMIT, () => user.username, WRONG, stolen);

    expect((await login(0, user.username, PASSWORD, stolen)).status).toBe(401);
    expect((await login(1, user.username, PASSWORD, own)).status).toBe(200);
  });

  it('knows a device for its account alone, for 180 days, until the password changes', async () => {
    const [user, other] = [await services.aUser(), await services.aUser()];
    const device = await deviceOf(user);
    const isKnown = async (token: string, password = PASSWORD): Promise<boolean> => {
      const { status, body } = await login(1, user.username, password, token);
      expect(status).toBe(200);
      return body.deviceToken === undefined;
    };
    expect(await isKnown(device)).toBe(true);
    expect(await isKnown(await deviceOf(other))).toBe(false);
    expect(await isKnown(`${device}x`)).toBe(false);

    await services.sql(
      `UPDATE sign_in_devices SET created_at = created_at - interval '180 days' WHERE user_id = $1`,
      [user.id],
    );
    expect(await isKnown(device)).toBe(false);

    const fresh = await deviceOf(user);
    const { accessToken: token } = await services.first.api.signIn(user.username, PASSWORD);
    const change = { currentPassword: PASSWORD, newPassword: 'another and longer sentence' };
    await services.first.api.post('/v1/users/me/password', change, { token });
    expect(await isKnown(fresh, change.newPassword)).toBe(false);
    expect(
      await services.sql('SELECT 1 FROM sign_in_devices WHERE token_hash::text LIKE $1', ['%ptd_%']),
    ).toEqual([]);
  });

  it('is for good after 100 failures, for strangers only: a known device or an administrator ends it', async () => {
    const user = await services.aUser();
    const device = await deviceOf(user);
    const capped = async (): Promise<void> => {
      await login(0, user.username, WRONG);
      await services.sql(
        `UPDATE sign_in_attempts SET consecutive_failures = 100, updated_at = updated_at - interval '2 days'
         WHERE consecutive_failures = 1`,
      );
      expect((await login(1, user.username, PASSWORD)).status).toBe(401);
    };
    await capped();
    expect((await login(1, user.username, PASSWORD, device)).status).toBe(200);
    expect((await login(1, user.username, PASSWORD)).status).toBe(200);

    await capped();
    const path = `/v1/users/${user.id}/unlock`;
    await services.first.api.post(path, undefined, { token: services.adminToken });
    expect((await login(0, user.username, PASSWORD)).status).toBe(200);
  });

  it('counts on where it was after a restart of all processes', async () => {
    const user = await services.aUser();
    await statuses(LIMIT - 1, () => user.username, WRONG);
    const restarted: ServiceProcess = await startService(services.url, {
      FAILED_ATTEMPTS_LIMIT: String(LIMIT),
      ...NO_RATE_LIMITS,
    });
    try {
      await restarted.api.login(user.username, WRONG);
      expect((await restarted.api.login(user.username, PASSWORD)).status).toBe(401);
      await restarted.api.signIn(ADMIN.username, ADMIN.password);
    } finally {
      await restarted.stop();
    }
  });
});
