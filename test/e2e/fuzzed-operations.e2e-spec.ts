import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { fuzzedRequest, type FuzzedOperation, type FuzzedRequest } from '../support/fuzz/fuzzed-request';
import { MailTrap } from '../support/mail-trap';
import { OpenApiContract } from '../support/openapi-contract';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const SEED = 20_261_124;
const RUNS = 60;
const PROBLEM = 'application/problem+json';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Caller = 'nobody' | 'an administrator';

/** Whatever is sent: an answer that the operation documents, and never a failure of ours. */
describe('every operation of the OpenAPI document', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let database: TestDatabase;
  let trap: MailTrap;
  let service: ServiceProcess;
  let operations: FuzzedOperation[];
  let contract: OpenApiContract;
  let token: string;
  let ids: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    trap = await MailTrap.start();
    service = await startService(database.url, {
      ...trap.env,
      PUBLIC_URL: 'https://identity.corp.example',
      SSO_RETURN_URLS: 'https://app.corp.example/done',
      RATE_LIMIT_LOGIN_PER_ADDRESS: '100000',
      RATE_LIMIT_LOGIN_PER_NAME: '100000',
      RATE_LIMIT_FORGOT_PER_ADDRESS: '100000',
      FAILED_ATTEMPTS_LIMIT: '100',
    });
    contract = await OpenApiContract.load(service.api.baseUrl);
    const { paths } = (await (await fetch(`${service.api.baseUrl}/docs-json`)).json()) as {
      paths: Record<string, Record<string, Omit<FuzzedOperation, 'method' | 'path'>>>;
    };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
    );
    token = await signIn();
    ids = await existingIds();
  });

  afterAll(async () => {
    agent.destroy();
    await service.stop();
    await trap.stop();
    await database.drop();
  });

  const signIn = async (): Promise<string> =>
    (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;

  /** Of somebody, roles, resources and a group. The administrator is not among them: nobody else could go on. */
  async function existingIds(): Promise<string[]> {
    const somebody = { username: 'ada', email: 'ada@corp.example', displayName: 'Ada' };
    const made = await Promise.all([
      service.api.post('/v1/users', somebody, { token }),
      service.api.post('/v1/groups', { name: 'readers' }, { token }),
    ]);
    const lists = await Promise.all(
      ['roles', 'resources'].map((name) => service.api.get(`/v1/${name}`, { token })),
    );
    const found = lists.flatMap(({ body }) => (body as { items: { id: string }[] }).items);
    return [...made.map(({ body }) => body as { id: string }), ...found].map(({ id }) => id);
  }

  async function send(caller: Caller, sent: FuzzedRequest): Promise<Answer> {
    const answer = await exchange(caller, sent);
    // Some of what is tried ends the session that tries it.
    if (caller === 'nobody' || !answer.text.includes('"AUTH.TOKEN_REVOKED"')) return answer;
    token = await signIn();
    return exchange(caller, sent);
  }

  /** As it is written: `fetch` would tidy the path up. */
  function exchange(caller: Caller, { method, target, headers, body }: FuzzedRequest): Promise<Answer> {
    const { hostname, port } = new URL(service.api.baseUrl);
    const authorization = caller === 'nobody' ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      request(
        { agent, hostname, port, path: target, method, headers: { ...headers, ...authorization } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: new Headers(response.headers as Record<string, string>),
              text: Buffer.concat(chunks).toString(),
            });
          });
        },
      )
        .on('error', reject)
        .end(body);
    });
  }

  /** @throws Error saying what is wrong with the answer */
  function judge(operation: FuzzedOperation, sent: FuzzedRequest, { status, headers, text }: Answer): void {
    if (status >= 500) throw new Error(`answered ${status} ${text}`);
    const type = headers.get('content-type')?.split(';', 1)[0];
    if (status < 400) {
      if (type === 'application/json')
        contract.check(sent.method, operation.path, { status, headers, body: JSON.parse(text) });
      return;
    }
    if (type !== PROBLEM) throw new Error(`answered ${status} with ${type ?? 'nothing'}: ${text}`);
    const problem = JSON.parse(text) as { code: string; status: number };
    const documented = operation.responses[String(status)]?.content?.[PROBLEM]?.examples ?? {};
    if (problem.status !== status || !Object.hasOwn(documented, problem.code))
      throw new Error(`answered ${status} ${problem.code}, which is not documented`);
  }

  it('answers whatever it is sent, to nobody and to an administrator, in a way that it documents', async () => {
    const faults: string[] = [];
    let requests = 0;
    for (const operation of operations)
      for (const caller of ['nobody', 'an administrator'] as const) {
        const property = fc.asyncProperty(fuzzedRequest(operation, ids), async (sent) => {
          requests++;
          judge(operation, sent, await send(caller, sent));
        });
        const { failed, counterexample, errorInstance } = await fc.check(property, {
          seed: SEED,
          numRuns: RUNS,
        });
        if (failed)
          faults.push(
            `${operation.method} ${operation.path} by ${caller}: ${String(errorInstance)} to ${JSON.stringify(counterexample).slice(0, 600)}`,
          );
      }
    expect(faults).toEqual([]);
    expect(requests).toBeGreaterThanOrEqual(operations.length * 2 * RUNS);
    expect(service.exitCode()).toBeNull();
  });
});
