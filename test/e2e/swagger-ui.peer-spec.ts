import type { Browser, Locator, Page } from 'playwright-core';
import { startChromium } from '../support/chromium';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { totpCode } from '../support/second-factors';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

describe('Swagger UI', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const foreignRequests: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url);
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
    await database.drop();
  });

  async function open(operationId: string): Promise<Locator> {
    const operation = page.locator(`[id$="-${operationId}"]`);
    await operation.locator('.opblock-summary-control').click();
    return operation;
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
    const login = await open('auth_login');
    await login.locator('textarea.body-param__text').fill(JSON.stringify(ADMIN));
    expect(await execute(login)).toContain('200');
    await me.locator('button.btn-clear').click();
    expect(await execute(me)).toContain('200');
  });

  it('enrols a second factor, and stays authorised although that ends every token before', async () => {
    const begin = await open('ownFactors_begin');
    const [answer] = await Promise.all([page.waitForResponse(/mfa\/totp$/), execute(begin)]);
    const { secret } = (await answer.json()) as { secret: string };
    const confirm = await open('ownFactors_confirm');
    const body = JSON.stringify({ code: await totpCode(secret) });
    await confirm.locator('textarea.body-param__text').fill(body);
    expect(await execute(confirm)).toContain('200');
    const me = page.locator('[id$="-auth_me"]');
    await me.locator('button.btn-clear').click();
    expect(await execute(me)).toContain('200');
  });

  it('keeps the token out of what the browser stores', async () => {
    const stored = await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])');
    expect(stored).toBe('[{},{},""]');
  });
});
