import { checkSessionModel } from '../support/session-model';
import { startTwoServices, type TwoServices } from '../support/two-services';

describe.each([
  ['without grace', '0'],
  ['with grace', '10'],
])('whatever happens to families of refresh tokens on two processes, %s', (_name, graceSeconds) => {
  const env = { REFRESH_GRACE_SECONDS: graceSeconds, RATE_LIMIT_REFRESH_PER_ADDRESS: '100000' };
  let services: TwoServices;

  beforeAll(async () => {
    services = await startTwoServices(env);
  });

  afterAll(() => services.stop());

  it('there is at most one live leaf, nothing dead revives, and no family has a second branch', async () => {
    await expect(checkSessionModel(services, env)).resolves.toBeUndefined();
  });
});
