import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { MailTrap, type TrapCertificate } from '../support/mail-trap';
import { makeCertificate } from '../support/server-certificate';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import { PASSWORD } from '../support/two-services';

const VERIFY = 'Confirm your email address';
const REQUIRE_TLS = { SMTP_REQUIRE_TLS: 'true' };

describe('a mail relay', () => {
  let folder: string;
  let certificate: TrapCertificate;
  let database: TestDatabase;
  let trap: MailTrap | undefined;
  let service: ServiceProcess | undefined;
  let token: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portcullis-relay-'));
    makeCertificate(folder);
    const [key, cert] = ['server.key', 'server.pem'].map((name) => readFileSync(join(folder, name)));
    certificate = { key: key!, cert: cert! };
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const start = async (env: Record<string, string>, offersTls = false): Promise<MailTrap> => {
    database = await createTestDatabase();
    trap = await MailTrap.start(offersTls ? certificate : undefined);
    service = await startService(database.url, { ...trap.env, ...env });
    token = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
    return trap;
  };

  afterEach(async () => {
    await service?.stop();
    await trap?.stop();
    await database.drop();
  });

  /** Somebody is made, and with it the mail that confirms the address. */
  const aMailTo = async (name: string): Promise<string> => {
    const email = `${name}@example.com`;
    const body = { username: name, email, displayName: name, password: PASSWORD };
    expect((await service!.api.post('/v1/users', body, { token })).status).toBe(201);
    return email;
  };
  const relay = async (): Promise<{ state: string; breaker: string } | undefined> => {
    const { body } = await service!.api.get('/health/dependencies');
    return (body.dependencies as { name: string; state: string; breaker: string }[]).find(
      ({ name }) => name === 'smtp',
    );
  };
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`Not in time: ${isSo.toString()}\n${service?.output()}`);
      await sleep(20);
    }
  };
  const isPutOff = () => service!.output().includes('is put off');

  it('that puts one recipient off rests for nobody else, and gets that mail again', async () => {
    const mails = await start({});
    mails.refused.set('busy@example.com', 450);
    const busy = await aMailTo('busy');
    await until(isPutOff);
    expect(service!.output()).toContain('MailRefusedError 450');
    expect(await relay()).toMatchObject({ state: 'up', breaker: 'closed' });
    for (const name of ['ada', 'ben', 'cyd']) await mails.next(await aMailTo(name), VERIFY);
    expect(mails.to(busy)).toEqual([]);
    mails.refused.clear();
    await mails.next(busy, VERIFY);
    expect(service!.output()).not.toContain(busy);
  });

  it('that goes away in the midst of a mail, with 421, rests for all', async () => {
    const mails = await start({});
    mails.refused.set('unlucky@example.com', 421);
    const unlucky = await aMailTo('unlucky');
    await until(async () => (await relay())?.state === 'down');
    mails.refused.clear();
    await mails.next(unlucky, VERIFY);
    expect(await relay()).toMatchObject({ state: 'up', breaker: 'closed' });
  });

  it('that offers no TLS gets no mail where it is required, and the log says what is missing', async () => {
    const mails = await start(REQUIRE_TLS);
    await aMailTo('ada');
    await until(isPutOff);
    expect(service!.output()).toContain('the relay offers no TLS that can be trusted (SMTP_REQUIRE_TLS)');
    expect(await relay()).toMatchObject({ state: 'down' });
    expect(mails.mails).toEqual([]);
  });

  it('that shows a certificate of nobody we trust gets no mail', async () => {
    const mails = await start(REQUIRE_TLS, true);
    await aMailTo('ada');
    await until(isPutOff);
    expect(await relay()).toMatchObject({ state: 'down' });
    expect(mails.mails).toEqual([]);
  });

  it('that shows a certificate of somebody we trust gets mails encrypted', async () => {
    const mails = await start({ ...REQUIRE_TLS, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }, true);
    const { isEncrypted } = await mails.next(await aMailTo('ada'), VERIFY);
    expect(isEncrypted).toBe(true);
  });
});
