import type { CustomFetch } from 'openid-client';
import { DomainError } from '../../../common/errors';
import type { OutboundHttp } from '../../../infrastructure/http-client';
import { headerOf, requireForm, type IdTokenHeader } from './id-token-rules';
import { strongKeys } from './key-strength';
import type { OidcKeys } from './oidc-keys';
import type { OidcMetadata } from './oidc-metadata';

/** All calls of one sign-in, under one limit of time. */
export class OidcConversation {
  /** Of the ID token that came; unverified. */
  idTokenHeader: IdTokenHeader | null = null;

  constructor(
    private readonly http: OutboundHttp,
    private readonly keys: OidcKeys,
    private readonly signal: AbortSignal,
    private readonly metadata?: OidcMetadata,
  ) {}

  /** For the library. It asks for the keys after the tokens: so the keys can be those that the token needs. */
  readonly fetch: CustomFetch = async (address, { method, headers, body }) => {
    if (address === this.metadata?.jwks_uri) {
      return Response.json(await this.keysOfIdToken());
    }
    const payload = body === undefined || body === null ? undefined : String(body as URLSearchParams);
    const response = await this.call(address, method, headers, payload);
    if (address === this.metadata?.token_endpoint && response.ok) await this.noteIdToken(response.clone());
    return response;
  };

  /** @throws DomainError `PROVIDER.UNAVAILABLE` */
  async json(address: string): Promise<unknown> {
    const response = await this.call(address, 'GET', { accept: 'application/json' });
    try {
      if (response.ok) return await response.json();
    } catch {
      // Not JSON: as good as nothing.
    }
    throw new DomainError('PROVIDER.UNAVAILABLE');
  }

  private async keysOfIdToken(): Promise<{ readonly keys: readonly object[] }> {
    const header = this.idTokenHeader;
    const published = await this.keys.with(header?.kid);
    return header === null ? published : { keys: strongKeys(published.keys, header) };
  }

  private async call(
    address: string,
    method: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Response> {
    const request = { method, headers, signal: this.signal, ...(body !== undefined && { body }) };
    const response = await this.http.fetch(address, request).catch((cause: unknown) => {
      throw new DomainError('PROVIDER.UNAVAILABLE', { cause });
    });
    if (response.status >= 500) throw new DomainError('PROVIDER.UNAVAILABLE');
    return response;
  }

  private async noteIdToken(response: Response): Promise<void> {
    const tokens = (await response.json().catch(() => null)) as { id_token?: unknown } | null;
    const algorithms = this.metadata?.id_token_signing_alg_values_supported ?? [];
    if (typeof tokens?.id_token !== 'string') return;
    this.idTokenHeader = headerOf(tokens.id_token, algorithms);
    requireForm(tokens.id_token);
  }
}
