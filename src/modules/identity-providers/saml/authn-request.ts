import { randomBytes } from 'node:crypto';
import { SAML } from '@node-saml/passport-saml';
import { samlOptions } from './saml-options';
import type { SamlSettings } from './saml-settings';

/** How the browser carries the request: behind a redirect, or in a form that it posts. */
export type AuthnRequest =
  | { readonly id: string; readonly binding: 'redirect'; readonly url: string }
  | {
      readonly id: string;
      readonly binding: 'post';
      readonly action: string;
      readonly fields: Readonly<Record<string, string>>;
    };

/** Asks a provider who is there; signed where we have a key. The answer must name the request's id. */
export async function makeAuthnRequest(settings: SamlSettings, relayState: string): Promise<AuthnRequest> {
  // An XML ID does not start with a digit.
  const id = `_${randomBytes(20).toString('hex')}`;
  const saml = new SAML({ ...samlOptions(settings), generateUniqueId: () => id });
  if (settings.ssoBinding === 'redirect') {
    return { id, binding: 'redirect', url: await saml.getAuthorizeUrlAsync(relayState, undefined, {}) };
  }
  const fields = (await saml.getAuthorizeMessageAsync(relayState)) as Record<string, string>;
  return { id, binding: 'post', action: settings.ssoUrl, fields };
}
