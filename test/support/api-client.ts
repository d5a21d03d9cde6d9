import { OpenApiContract, type ApiAnswer } from './openapi-contract';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

interface RequestOptions {
  readonly token?: string;
  readonly ifMatch?: number;
  readonly headers?: Record<string, string>;
}

/** Speaks HTTP to one service process and holds every answer against its OpenAPI document. */
export class ApiClient {
  private contract: OpenApiContract | undefined;

  constructor(readonly baseUrl: string) {}

  /** Asks on a new connection, as a probe does. */
  async isReady(): Promise<boolean> {
    try {
      const headers = { connection: 'close' };
      return (await fetch(`${this.baseUrl}/health/ready`, { headers })).status === 200;
    } catch {
      return false;
    }
  }

  get(path: string, options: RequestOptions = {}): Promise<ApiAnswer> {
    return this.send('GET', path, undefined, options);
  }

  post(path: string, body?: unknown, options: RequestOptions = {}): Promise<ApiAnswer> {
    return this.send('POST', path, body, options);
  }

  patch(path: string, body: unknown, options: RequestOptions = {}): Promise<ApiAnswer> {
    return this.send('PATCH', path, body, options);
  }

  delete(path: string, options: RequestOptions = {}): Promise<ApiAnswer> {
    return this.send('DELETE', path, undefined, options);
  }

  login(username: string, password: string): Promise<ApiAnswer> {
    return this.post('/v1/auth/login', { username, password });
  }

  /** Signs in and expects to succeed. */
  async signIn(username: string, password: string): Promise<Tokens> {
    const { status, body } = await this.login(username, password);
    if (status !== 200)
      throw new Error(`Sign-in of ${username} was answered ${status} ${JSON.stringify(body)}`);
    return body as Tokens;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
    options: RequestOptions,
  ): Promise<ApiAnswer> {
    this.contract ??= await OpenApiContract.load(this.baseUrl);
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
        ...(options.ifMatch !== undefined && { 'if-match': `"${options.ifMatch}"` }),
        ...options.headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = {
      status: response.status,
      headers: response.headers,
      body: bodyOf(text, response.headers.get('content-type')),
    };
    this.contract.check(method, path, answer);
    return answer;
  }
}

/** Of NDJSON, its lines. */
function bodyOf(text: string, type: string | null): unknown {
  if (text === '') return null;
  if (type !== 'application/x-ndjson') return JSON.parse(text);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
