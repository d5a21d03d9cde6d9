import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import {
  ClientSecretBasic,
  ClientSecretPost,
  modifyAssertion,
  PrivateKeyJwt,
  type ClientAuth,
} from 'openid-client';
import { publicJwkOf, type ClientKey } from './client-key';
import type { OidcMetadata } from './oidc-metadata';
import type { OidcProvider } from './oidc-provider';

const IMPORTED_AS = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
} as const;

/** How we prove to the provider that we are its client (OpenID Connect Core 1.0 §9). */
export async function clientAuthentication(
  { clientAuthentication: method, clientSecret, clientKey, assertionAudience }: OidcProvider['config'],
  { token_endpoint: endpoint, token_endpoint_auth_methods_supported: offered }: OidcMetadata,
): Promise<ClientAuth> {
  if (method === 'private_key_jwt' && clientKey !== undefined)
    return signedAssertion(clientKey, assertionAudience === 'token_endpoint' ? endpoint : null);
  const isBasic =
    method === undefined ? offered.includes('client_secret_basic') : method === 'client_secret_basic';
  return isBasic ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret);
}

/** RFC 7523 §3. Meant for the issuer where `audience` is null. */
async function signedAssertion(clientKey: ClientKey, audience: string | null): Promise<ClientAuth> {
  const { alg, kid } = publicJwkOf(clientKey);
  const pkcs8 = createPrivateKey(clientKey.privateKeyPem).export({ format: 'der', type: 'pkcs8' });
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, IMPORTED_AS[alg], false, ['sign']);
  const thumbprints = thumbprintsOf(clientKey);
  return PrivateKeyJwt(
    { key, kid },
    {
      [modifyAssertion]: (header, payload) => {
        // The library says `Ed25519` (RFC 9864), which few know yet.
        Object.assign(header, { alg, ...thumbprints });
        if (audience !== null) payload.aud = audience;
      },
    },
  );
}

/** RFC 7515 §4.1.7 and §4.1.8, for providers that know keys by certificates. */
function thumbprintsOf({ certificatePem }: ClientKey): object {
  if (certificatePem === undefined) return {};
  const der = new X509Certificate(certificatePem).raw;
  const digest = (algorithm: string): string => createHash(algorithm).update(der).digest('base64url');
  return { x5t: digest('sha1'), 'x5t#S256': digest('sha256') };
}
