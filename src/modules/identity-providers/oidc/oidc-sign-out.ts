/** An address that holds more is cut off by servers on its way. */
const MAX_HINT_LENGTH = 4_096;

/** What signs somebody out at the provider that they came by. As secret as the ID token in it. */
export interface OidcSignOut {
  readonly endpoint: string;
  readonly clientId: string;
  readonly idToken: string;
}

/** OpenID Connect RP-Initiated Logout 1.0 §2: where to send the browser, which comes back to `returnTo` with `state`. */
export function signOutUrl(
  { endpoint, clientId, idToken }: OidcSignOut,
  returnTo: string,
  state: string,
): string {
  const url = new URL(endpoint);
  const parameters = {
    client_id: clientId,
    post_logout_redirect_uri: returnTo,
    state,
    // Without it the provider asks the person who they are.
    ...(idToken.length <= MAX_HINT_LENGTH && { id_token_hint: idToken }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
