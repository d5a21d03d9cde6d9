import type { ClientKey } from './client-key';

/** What the record of an OpenID provider says, as far as signing in there goes. */
export interface OidcProvider {
  readonly id: string;
  readonly slug: string;
  readonly domains: readonly string[];
  readonly trustedMethods: readonly string[];
  readonly config: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientAuthentication?:
      'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | undefined;
    readonly clientSecret?: string | undefined;
    readonly clientKey?: ClientKey | undefined;
    readonly assertionAudience: 'issuer' | 'token_endpoint';
    readonly scopes: readonly string[];
    readonly acrValues: readonly string[];
  };
}
