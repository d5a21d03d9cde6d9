interface UiResponse {
  readonly ok: boolean;
  readonly url: string;
  readonly body?: { readonly status?: string; readonly accessToken?: string } | null;
}

declare const window: { readonly ui: { preauthorizeApiKey(scheme: string, value: string): void } };

/**
 * Runs in the browser, inside Swagger UI: its source text is sent there, so it refers to nothing outside itself.
 * A page that signed in is authorised from then on, and stays so over a refresh.
 */
export function authorizeOnSignIn(response: UiResponse): UiResponse {
  const isSignIn =
    /\/v1\/(auth\/(login|mfa|refresh|step-up|password\/change-required)|users\/me\/mfa\/(totp\/confirm|recovery-codes))$/.test(
      response.url,
    );
  const { status, accessToken } = response.body ?? {};
  if (response.ok && isSignIn && status === 'authenticated' && accessToken !== undefined) {
    window.ui.preauthorizeApiKey('bearer', accessToken);
  }
  return response;
}
