import { setTimeout as sleep } from 'node:timers/promises';
import { MailTrap } from '../support/mail-trap';
import { createTestDatabase } from '../support/database';
import { ADMIN, startService } from '../support/service';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

const INVITATION = 'Your new account';
const VERIFY = 'Confirm your email address';

describe('the outbox of mails', () => {
  let trap: MailTrap;
  let services: TwoServices;

  beforeAll(async () => {
    trap = await MailTrap.start();
    services = await startTwoServices({ ...trap.env, RATE_LIMIT_FORGOT: '1000' });
  });

  afterAll(async () => {
    await services.stop();
    await trap.stop();
  });

  const outboxSize = async (): Promise<number> =>
    (await services.sql<{ size: number }>('SELECT count(*)::int AS size FROM mail_outbox'))[0]?.size ?? 0;
  const untilEmpty = async (): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while ((await outboxSize()) > 0) {
      if (Date.now() > deadline) throw new Error('There are mails left in the outbox');
      await sleep(50);
    }
  };
  const conditionOf = async (on = services.first) => {
    const { body } = await on.api.get('/health/dependencies');
    return (body.dependencies as { name: string }[]).find(({ name }) => name === 'smtp');
  };

  it('two processes deliver each of 100 mails exactly once', async () => {
    const addresses = Array.from({ length: 100 }, (_, index) => `many${index}@example.com`);
    await Promise.all(
      addresses.map(async (email, index) => {
        const { api } = index % 2 === 0 ? services.first : services.second;
        const user = { username: `many${index}`, email, displayName: 'One of many' };
        const { body } = await api.post('/v1/users', user, { token: services.adminToken });
        const invite = await api.post(`/v1/users/${body.id}/invite`, undefined, {
          token: services.adminToken,
        });
        expect(invite.status).toBe(204);
      }),
    );
    await untilEmpty();
    expect(trap.mails.map(({ to }) => to).sort()).toEqual(addresses.sort());
    expect(new Set(trap.mails.map(({ messageId }) => messageId)).size).toBe(100);
  });

  it('answers the same while the relay is down, and delivers once it is back, once', async () => {
    await trap.stop();
    const user = await services.aUser();
    const mailbox = `${user.username}@example.com`;
    const forgot = await services.first.api.post('/v1/auth/password/forgot', { email: mailbox });
    expect(forgot.status).toBe(202);
    const deadline = Date.now() + 10_000;
    while ((await conditionOf())?.name !== undefined) {
      const conditions = [await conditionOf(), await conditionOf(services.second)];
      if (JSON.stringify(conditions).includes('"down"')) break;
      if (Date.now() > deadline) throw new Error('Nobody has noticed that the relay is down');
      await sleep(50);
    }
    expect(await outboxSize()).toBeGreaterThan(0);
    const sealed = await services.sql<{ row: string }>('SELECT to_jsonb(m)::text AS row FROM mail_outbox m');
    expect(JSON.stringify(sealed)).not.toContain(user.username);
    expect((await services.second.api.get('/health/ready')).status).toBe(200);

    await trap.up();
    const before = trap.mails.length;
    await untilEmpty();
    expect(
      trap.mails
        .slice(before)
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(['Choose a new password', VERIFY]);
    expect(services.first.output() + services.second.output()).not.toContain(mailbox);
  });

  it('hands what a dead process had claimed to another, under the same Message-ID', async () => {
    const user = await services.aUser();
    const mailbox = `${user.username}@example.com`;
    await trap.next(mailbox, VERIFY);
    await untilEmpty();
    await trap.stop();
    expect((await services.first.api.post('/v1/auth/password/forgot', { email: mailbox })).status).toBe(202);
    while ((await outboxSize()) === 0) await sleep(20);
    // As a process would leave it that was killed between the relay's answer and its own note of it.
    const [row] = await services.sql<{ id: string }>(
      `UPDATE mail_outbox SET claim = gen_random_uuid(), due_at = now() RETURNING id`,
    );
    await trap.up();
    const { messageId } = await trap.next(mailbox, 'Choose a new password');
    expect(messageId).toBe(`<${row?.id}@corp.example>`);
    await untilEmpty();
  });

  it('gives up what the relay refuses for good, and what has run out of time, and says so in the trail', async () => {
    trap.refused.set('refused@example.com', 550);
    const body = {
      username: 'refused',
      email: 'refused@example.com',
      displayName: 'Refused',
      password: PASSWORD,
    };
    expect((await services.first.api.post('/v1/users', body, { token: services.adminToken })).status).toBe(
      201,
    );
    const deadline = Date.now() + 10_000;
    while ((await services.trail('mail.abandoned', 'email-verification')).length === 0) {
      if (Date.now() > deadline) throw new Error('The refusal is not in the trail');
      await sleep(50);
    }
    expect(await services.trail('mail.abandoned', 'email-verification')).toEqual(['rejected']);
    expect(services.first.output() + services.second.output()).not.toContain('refused@example.com');

    await untilEmpty();
    await trap.stop();
    const user = await services.aUser();
    while ((await outboxSize()) === 0) await sleep(20);
    await services.sql(`UPDATE mail_outbox SET due_at = now(), expires_at = now(), claim = NULL`);
    await untilEmpty();
    await trap.up();
    expect(await services.trail('mail.abandoned', 'email-verification')).toContain('expired');
    expect(trap.to(`${user.username}@example.com`)).toEqual([]);
  });

  it('L: forgets the mails that wait for a person who is erased, or whose account is deleted', async () => {
    const { adminToken: token } = services;
    const { api } = services.first;
    await trap.stop();
    const [erased, deleted, stays] = [await services.aUser(), await services.aUser(), await services.aUser()];
    const waiting = async (): Promise<string[]> =>
      (await services.sql<{ id: string }>('SELECT user_id AS id FROM mail_outbox')).map(({ id }) => id);
    expect((await waiting()).sort()).toEqual([erased.id, deleted.id, stays.id].sort());

    const letter = { reason: 'asked for by letter' };
    expect((await api.post(`/v1/users/${erased.id}/erase`, letter, { token })).status).toBe(204);
    expect((await api.delete(`/v1/users/${deleted.id}`, { token, ifMatch: 1 })).status).toBe(204);

    expect(await waiting()).toEqual([stays.id]);
    await trap.up();
    await trap.next(`${stays.username}@example.com`, VERIFY);
    await untilEmpty();
  });

  it('writes no mail for a change that is rolled back', async () => {
    const taken = { username: 'taken', email: 'taken@example.com', displayName: 'Taken', password: PASSWORD };
    expect((await services.first.api.post('/v1/users', taken, { token: services.adminToken })).status).toBe(
      201,
    );
    await trap.next(taken.email, VERIFY);
    const again = await services.first.api.post('/v1/users', taken, { token: services.adminToken });
    expect(again.status).toBe(409);
    await untilEmpty();
    expect(trap.to(taken.email)).toHaveLength(1);
    expect(trap.to(taken.email, INVITATION)).toEqual([]);
  });
});

describe('a service without a relay', () => {
  it.each([
    ['neither', {}, 'SMTP_URL and MAIL_FROM'],
    ['a relay but no sender', { SMTP_URL: 'smtp://127.0.0.1:1' }, 'MAIL_FROM'],
  ])(
    'in production answers 503 where mail is needed, warns at start, and does all else: %s',
    async (_, env, missing) => {
      const database = await createTestDatabase();
      const service = await startService(database.url, env);
      try {
        expect(service.output()).toContain(missing);
        const forgot = await service.api.post('/v1/auth/password/forgot', { email: 'nobody@example.com' });
        expect(forgot).toMatchObject({ status: 503, body: { code: 'MAIL.NOT_CONFIGURED' } });
        const { accessToken: token } = await service.api.signIn(ADMIN.username, ADMIN.password);
        const user = { username: 'ada', email: 'ada@example.com', displayName: 'Ada' };
        const { status, body } = await service.api.post('/v1/users', user, { token });
        expect(status).toBe(201);
        for (const path of [`/v1/users/${body.id}/invite`, `/v1/users/${body.id}/password-reset`])
          expect((await service.api.post(path, undefined, { token })).body.code).toBe('MAIL.NOT_CONFIGURED');
        const change = await service.api.post('/v1/users/me/email', { newEmail: 'b@example.com' }, { token });
        expect(change.body.code).toBe('MAIL.NOT_CONFIGURED');
      } finally {
        await service.stop();
        await database.drop();
      }
    },
  );

  it('in development shows mails in the terminal, with their links, and not in the log', async () => {
    const database = await createTestDatabase();
    const service = await startService(database.url, { NODE_ENV: 'development', LOG_LEVEL: 'trace' });
    try {
      const { accessToken: token } = await service.api.signIn(ADMIN.username, ADMIN.password);
      const user = { username: 'ada', email: 'ada@example.com', displayName: 'Ada', password: PASSWORD };
      expect((await service.api.post('/v1/users', user, { token })).status).toBe(201);
      const deadline = Date.now() + 10_000;
      let link: string | undefined;
      while (link === undefined) {
        link = /^ {2}\| (http:\/\/localhost:\d+\/verify-email#token=\S+)$/m.exec(service.output())?.[1];
        if (Date.now() > deadline) throw new Error(`No link in the terminal:\n${service.output()}`);
        await sleep(20);
      }
      const proof = { token: link.split('=')[1] };
      expect((await service.api.post('/v1/auth/email/verify', proof)).status).toBe(204);
      const logged = service
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'));
      expect(logged.join('\n')).not.toContain(proof.token);
    } finally {
      await service.stop();
      await database.drop();
    }
  });
});
