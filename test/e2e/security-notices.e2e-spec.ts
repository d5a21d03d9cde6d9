import { MailTrap } from '../support/mail-trap';
import { anEnrolledUser, type EnrolledUser } from '../support/second-factors';
import { startTwoServices, type TwoServices } from '../support/two-services';

const TOTP = '/v1/users/me/mfa/totp';
const RECOVERY_CODES = '/v1/users/me/mfa/recovery-codes';

interface Change {
  readonly change: string;
  readonly subject: string;
  readonly make: (services: TwoServices, user: EnrolledUser) => Promise<{ status: number; body: unknown }>;
}

const CHANGES: readonly Change[] = [
  {
    change: 'replaces the recovery codes',
    subject: 'Your recovery codes were replaced',
    make: ({ first }, { token }) => first.api.post(RECOVERY_CODES, undefined, { token }),
  },
  {
    change: 'switches the second factor off',
    subject: 'Your second factor was switched off',
    make: ({ first }, { token }) => first.api.delete(TOTP, { token }),
  },
  {
    change: 'is an administrator who takes the second factor away',
    subject: 'Your second factor was taken away',
    make: ({ first, adminToken }, { id }) => first.api.delete(`/v1/users/${id}/mfa`, { token: adminToken }),
  },
];

describe('the owner of an account', () => {
  let trap: MailTrap;
  let services: TwoServices;

  beforeAll(async () => {
    trap = await MailTrap.start();
    services = await startTwoServices(trap.env);
  });

  afterAll(async () => {
    await services.stop();
    await trap.stop();
  });

  it.each(CHANGES)('E: is told by mail, without a secret, where somebody $change', async (row) => {
    const user = await anEnrolledUser(services);
    const { status, body } = await row.make(services, user);
    expect(status).toBeLessThan(300);
    const { content } = await trap.next(`${user.username}@example.com`, row.subject);
    expect(content).toContain(`the account "${user.username}"`);
    const { recoveryCodes = [] } = (body ?? {}) as { recoveryCodes?: string[] };
    for (const secret of [...recoveryCodes, ...user.recoveryCodes, user.secret])
      expect(content).not.toContain(secret);
  });
});
