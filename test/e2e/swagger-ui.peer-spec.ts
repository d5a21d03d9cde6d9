import { Client, type QueryResultRow } from 'pg';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Tokens } from '../support/api-client';
import { startChromium } from '../support/chromium';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { MailTrap } from '../support/mail-trap';
import { ageSession, totpCode } from '../support/second-factors';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import { PASSWORD } from '../support/two-services';

describe('Swagger UI', () => {
  let database: TestDatabase;
  let trap: MailTrap;
  let client: Client;
  let service: ServiceProcess;
  let browser: Browser;
  let page: Page;
  let session: Tokens;
  let recoveryCodes: readonly string[];
  const complaints: string[] = [];
  const foreignRequests: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    trap = await MailTrap.start();
    client = new Client({ connectionString: database.url });
    await client.connect();
    service = await startService(database.url, trap.env);
    browser = await startChromium();
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(service.api.baseUrl)) foreignRequests.push(request.url());
    });
    await page.goto(`${service.api.baseUrl}/docs`);
    await page.locator('.opblock').first().waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await service.stop();
    await client.end();
    await trap.stop();
    await database.drop();
  });

  async function open(operationId: string): Promise<Locator> {
    const operation = page.locator(`[id$="-${operationId}"]`);
    await operation.locator('.opblock-summary-control').click();
    return operation;
  }

  /** What the operation answers to `body`. */
  async function send(operation: Locator, body: object): Promise<{ status: number; body: string }> {
    await operation.locator('textarea.body-param__text').fill(JSON.stringify(body));
    const [answer] = await Promise.all([page.waitForResponse(/\/v1\//), execute(operation)]);
    return { status: answer.status(), body: await answer.text() };
  }

  async function execute(operation: Locator): Promise<string | null> {
    await operation.locator('button.execute').click();
    const status = operation.locator('.live-responses-table tbody .response-col_status').first();
    return status.textContent();
  }

  it('shows the whole contract, and works under its content security policy', async () => {
    await expect(page.locator('.opblock').count()).resolves.toBeGreaterThan(20);
    expect(complaints).toEqual([]);
  });

  it('loads nothing from elsewhere, and tells nobody', () => {
    expect(foreignRequests).toEqual([]);
  });

  it('authorises itself after a successful login', async () => {
    const me = await open('auth_me');
    expect(await execute(me)).toContain('401');
    const signedIn = await send(await open('auth_login'), ADMIN);
    expect(signedIn.status).toBe(200);
    session = JSON.parse(signedIn.body) as Tokens;
    await me.locator('button.btn-clear').click();
    expect(await execute(me)).toContain('200');
  });

  it('enrols a second factor, and stays authorised although that ends every token before', async () => {
    const begun = await send(await open('ownFactors_begin'), {});
    const { secret } = JSON.parse(begun.body) as { secret: string };
    const confirmed = await send(await open('ownFactors_confirm'), { code: await totpCode(secret) });
    expect(confirmed.status).toBe(200);
    ({ recoveryCodes } = JSON.parse(confirmed.body) as { recoveryCodes: string[] });
    const me = page.locator('[id$="-auth_me"]');
    await me.locator('button.btn-clear').click();
    expect(await execute(me)).toContain('200');
  });

  it('steps up as the guide says: refused, proved afresh, done', async () => {
    const sql = async <Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
      (await client.query<Row>(text, values)).rows;
    await ageSession({ sql }, session.sessionId, 600);
    const { refreshToken } = session;
    expect((await send(await open('auth_refresh'), { refreshToken })).status).toBe(200);
    const replace = await open('ownFactors_replaceRecoveryCodes');
    expect(await execute(replace)).toContain('401');
    const proof = { method: 'recovery_code', code: recoveryCodes[0] };
    expect((await send(await open('stepUp_stepUp'), proof)).status).toBe(200);
    await replace.locator('button.btn-clear').click();
    expect(await execute(replace)).toContain('200');
  });

  it('recovers a forgotten password as the guide says, with what the mail brings', async () => {
    const email = 'ada@example.com';
    const ada = { username: 'ada', email, displayName: 'Ada', password: PASSWORD };
    expect((await send(await open('users_create'), ada)).status).toBe(201);
    expect((await send(await open('recovery_forgot'), { email })).status).toBe(202);
    const { token } = await trap.next(email, 'Choose a new password');
    const choice = { token, newPassword: 'another and longer sentence' };
    expect((await send(await open('recovery_reset'), choice)).status).toBe(204);
    const login = page.locator('[id$="-auth_login"]');
    const again = { username: ada.username, password: choice.newPassword };
    expect((await send(login, again)).status).toBe(200);
  });

  it('keeps the token out of what the browser stores', async () => {
    const stored = await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])');
    expect(stored).toBe('[{},{},""]');
  });
});
