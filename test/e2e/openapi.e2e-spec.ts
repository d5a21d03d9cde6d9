import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startService, type ServiceProcess } from '../support/service';

interface Content {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly value: unknown }>;
}

interface Message {
  readonly content?: Record<string, Content>;
  readonly headers?: Record<string, unknown>;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: Message;
  readonly responses: Record<string, Message>;
  readonly security?: readonly object[];
  readonly 'x-required-permission'?: string;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

describe('the OpenAPI document', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let document: Document;
  let operations: (Operation & { readonly name: string })[];

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url);
    document = (await (await fetch(`${service.api.baseUrl}/docs-json`)).json()) as Document;
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ ...operation, name: `${method} ${path}` })),
    );
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const problemCodes = (operation: Operation): string[] =>
    Object.values(operation.responses).flatMap((response) =>
      Object.keys(response.content?.['application/problem+json']?.examples ?? {}),
    );

  const find = (name: string): Operation => operations.find((operation) => operation.name === name)!;

  it('is version 3.1, and gives every operation an id of its own, a summary and a tag', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations.filter(({ summary, tags }) => !summary || tags.length !== 1)).toEqual([]);
  });

  it('shows an example of every body, and each fits its schema', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'document', ...document });
    const faults = operations.flatMap(({ name, requestBody, responses }) =>
      [requestBody, ...Object.values(responses)]
        .flatMap((message) => Object.values(message?.content ?? {}))
        .flatMap(({ schema, example, examples }) => {
          const resolved = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object;
          const fits = ajv.compile(resolved);
          return (examples ? Object.values(examples).map(({ value }) => value) : [example]).filter(
            (value) => !fits(value),
          );
        })
        .map((value) => ({ name, value })),
    );
    expect(faults).toEqual([]);
  });

  it('says for every operation who may call it', () => {
    for (const { name, security, description, 'x-required-permission': permission } of operations) {
      const access = security === undefined ? 'Public.' : 'Requires a bearer token.';
      const expected = permission === undefined ? access : `Requires the permission \`${permission}\``;
      expect(`${name}: ${description ?? ''}`).toContain(expected);
    }
  });

  it('lists the refusals that follow from access, body, parameters and rate limits', () => {
    expect(problemCodes(find('patch /v1/roles/{id}'))).toEqual(
      expect.arrayContaining([
        'AUTH.TOKEN_MISSING',
        'AUTH.TOKEN_INVALID',
        'AUTH.TOKEN_EXPIRED',
        'AUTH.TOKEN_REVOKED',
        'RBAC.MISSING_PERMISSION',
        'RBAC.ROLE_NOT_FOUND',
        'REQUEST.MALFORMED',
        'REQUEST.TOO_LARGE',
        'REQUEST.UNSUPPORTED_MEDIA_TYPE',
        'REQUEST.PRECONDITION_REQUIRED',
        'REQUEST.PRECONDITION_FAILED',
        'SERVICE.INTERNAL_ERROR',
        'SERVICE.UNAVAILABLE',
      ]),
    );
    expect(problemCodes(find('get /v1/roles'))).toContain('REQUEST.INVALID_CURSOR');
    expect(problemCodes(find('post /v1/auth/login'))).toContain('AUTH.RATE_LIMITED');
    expect(problemCodes(find('get /health/live'))).toEqual([
      'REQUEST.MALFORMED',
      'REQUEST.TIMED_OUT',
      'REQUEST.TOO_LARGE',
      'REQUEST.HEADERS_TOO_LARGE',
      'SERVICE.INTERNAL_ERROR',
      'SERVICE.UNAVAILABLE',
    ]);
  });

  it('documents If-Match and ETag where versions count', () => {
    const { parameters, responses } = find('patch /v1/roles/{id}');
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'If-Match', in: 'header', required: true }),
    );
    expect(responses['200']?.headers).toHaveProperty('ETag');
    expect(find('get /v1/roles/{id}').responses['200']?.headers).toHaveProperty('ETag');
    expect(find('post /v1/roles').responses['201']?.headers).toHaveProperty('ETag');
    expect(find('get /v1/roles').responses['200']?.headers).toBeUndefined();
    expect(find('delete /v1/resources/{id}').responses['204']?.headers).toHaveProperty('Policy-Version');
  });

  it('publishes none of its helpers, and no header that OpenAPI has other means for', () => {
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/x-error-codes|x-rate-limit-policy|"name":"(authorization|user-agent)"/i);
  });

  it('is answered to GET only, as is Swagger UI', async () => {
    for (const path of ['/docs', '/docs-json', '/docs/swagger-ui-init.js']) {
      expect((await fetch(service.api.baseUrl + path, { method: 'POST' })).status).toBe(405);
    }
    expect((await fetch(`${service.api.baseUrl}/docs-yaml`)).status).toBe(404);
  });
});

describe('a production service', () => {
  it('publishes its documentation only where it is told to', async () => {
    const database = await createTestDatabase();
    const service = await startService(database.url, { DOCS_ENABLED: 'false' });
    const statuses = await Promise.all(
      ['/docs', '/docs-json', '/docs/swagger-ui-init.js'].map(
        async (path) => (await fetch(service.api.baseUrl + path)).status,
      ),
    );
    await service.stop();
    await database.drop();
    expect(statuses).toEqual([404, 404, 404]);
  });
});
