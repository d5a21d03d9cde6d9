import { runCli } from '../support/cli';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const WRONG = 'not the right sentence';

describe('unlock on the command line', () => {
  let services: TwoServices;

  beforeAll(async () => {
    services = await startTwoServices({ FAILED_ATTEMPTS_LIMIT: '2' });
  });

  afterAll(() => services.stop());

  const isShut = async ({ username }: TestUser) =>
    (await services.second.api.login(username, PASSWORD)).status === 401;

  const aLockedUser = async (): Promise<TestUser> => {
    const user = await services.aUser();
    for (let attempt = 0; attempt < 2; attempt++) await services.first.api.login(user.username, WRONG);
    expect(await isShut(user)).toBe(true);
    return user;
  };

  it.each([
    ['username, in any spelling', ({ username }: TestUser) => username.toUpperCase()],
    ['email address', ({ username }: TestUser) => `${username}@example.com`],
    ['id', ({ id }: TestUser) => id],
  ])('lets a locked account in on the running processes, by %s', async (_, nameOf) => {
    const user = await aLockedUser();
    const outcome = await runCli(services.url, ['unlock', nameOf(user)]);
    expect(outcome).toMatchObject({
      exitCode: 0,
      stdout: `${user.username} is locked no longer\n`,
    });
    expect(await isShut(user)).toBe(false);
    const path = `/v1/audit/events?action=user.unlocked&target=${user.id}`;
    const { items } = (await services.first.api.get(path, { token: services.adminToken })).body;
    expect(items).toEqual([
      expect.objectContaining({ actor: { type: 'command-line', id: null }, outcome: 'success' }),
    ]);
  });

  it('opens an account that is shut after 100 failures in a row (NIST SP 800-63B-4 §3.2.2)', async () => {
    const user = await aLockedUser();
    await services.sql('UPDATE sign_in_attempts SET consecutive_failures = 100, locked_until = now()');
    expect(await isShut(user)).toBe(true);
    expect((await runCli(services.url, ['unlock', user.username])).exitCode).toBe(0);
    expect(await isShut(user)).toBe(false);
  });

  it.each([
    ['an unknown name', ['unlock', 'nobody'], 'There is no such account'],
    ['an unknown id', ['unlock', '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f'], 'There is no such account'],
    ['no name', ['unlock'], 'Usage: npm run cli -- unlock <USERNAME | EMAIL | ID>'],
    ['two names', ['unlock', 'a', 'b'], 'Usage: npm run cli -- unlock <USERNAME | EMAIL | ID>'],
  ])('refuses %s with one line', async (_, args, line) => {
    const { stderr, ...outcome } = await runCli(services.url, args);
    expect(outcome).toEqual({ exitCode: 1, stdout: '' });
    // Before it may stand what the service logs.
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(line);
  });
});
