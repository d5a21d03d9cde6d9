import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign, type Algorithm } from 'jsonwebtoken';

export interface ProviderKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export type Claims = Record<string, unknown>;

interface Grant {
  readonly nonce: string;
  readonly challenge: string;
}

/** An OpenID provider that can be made to lie. As long as it is told nothing it is honest, and checks PKCE. */
export class OpenIdProvider {
  issuer = '';
  readonly clientId = 'portcullis';
  readonly clientSecret = 'a secret that both sides know, of 40 bytes';
  key = aKey('RS256', 'one');
  published: ProviderKey[] = [this.key];
  user: Claims = { sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true };
  /** Calls by path, in their order. */
  readonly calls: string[] = [];
  discovery: (honest: Claims) => unknown = (honest) => honest;
  claims: (honest: Claims) => Claims = (honest) => honest;
  idToken: (claims: Claims) => string = (claims) => this.signed(claims);
  userInfo: (honest: Claims) => unknown = (honest) => honest;
  /** Whether the token endpoint takes a client for ours, by what it was sent. */
  knows: (body: URLSearchParams) => boolean | Promise<boolean> = () => true;
  /** Handles a path in place of the provider. */
  readonly instead = new Map<string, (response: ServerResponse) => void>();
  private readonly grants = new Map<string, Grant>();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  signed(claims: Claims, { alg, kid, privateKey }: ProviderKey = this.key): string {
    return sign(claims, privateKey, { algorithm: alg, keyid: kid });
  }

  /** What the browser is sent back to, once the user has agreed. */
  authorize(authorizationUrl: string): URL {
    const { searchParams: asked } = new URL(authorizationUrl);
    const code = randomBytes(16).toString('hex');
    this.grants.set(code, { nonce: asked.get('nonce') ?? '', challenge: asked.get('code_challenge') ?? '' });
    const callback = new URL(asked.get('redirect_uri') ?? '');
    callback.searchParams.set('code', code);
    callback.searchParams.set('state', asked.get('state') ?? '');
    callback.searchParams.set('iss', this.issuer);
    return callback;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    this.calls.push(path);
    const instead = this.instead.get(path);
    if (instead !== undefined) {
      instead(response);
      return;
    }
    const json = (body: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (path === '/.well-known/openid-configuration') json(this.discovery(this.honestDiscovery()));
    else if (path === '/jwks') json({ keys: this.published.map(publicJwk) });
    else if (path === '/userinfo') json(this.userInfo(this.user));
    else if (path === '/token') await this.exchange(new URLSearchParams(await textOf(request)), json);
    else json({}, 404);
  }

  private async exchange(
    body: URLSearchParams,
    json: (body: unknown, status?: number) => void,
  ): Promise<void> {
    if (!(await this.knows(body))) {
      json({ error: 'invalid_client' }, 401);
      return;
    }
    const code = body.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant?.challenge !== challenge) {
      json({ error: 'invalid_grant' }, 400);
      return;
    }
    const now = Math.floor(Date.now() / 1_000);
    const honest = {
      iss: this.issuer,
      aud: this.clientId,
      iat: now,
      exp: now + 300,
      nonce: grant.nonce,
      ...this.user,
    };
    json({ access_token: 'access', token_type: 'Bearer', id_token: this.idToken(this.claims(honest)) });
  }

  private honestDiscovery(): Claims {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      userinfo_endpoint: `${this.issuer}/userinfo`,
      jwks_uri: `${this.issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'HS256', 'none'],
      authorization_response_iss_parameter_supported: true,
    };
  }
}

export function aKey(alg: 'RS256' | 'PS256' | 'ES256', kid: string): ProviderKey {
  const pair =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { kid, alg, ...pair };
}

function publicJwk({ publicKey, kid, alg }: ProviderKey): Claims {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
