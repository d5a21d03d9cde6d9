/** What the record of an OpenID provider says, as far as signing in there goes. */
export interface OidcProvider {
  readonly id: string;
  readonly slug: string;
  readonly domains: readonly string[];
  readonly trustedMethods: readonly string[];
  readonly config: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scopes: readonly string[];
    readonly acrValues: readonly string[];
  };
}
