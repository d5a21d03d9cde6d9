import { z } from 'zod';
import { OidcRefusal } from './oidc-refusal';

/** What ID tokens may be signed with. Never `none`, and nothing whose key the client knows as well (RFC 8725 §3.1). */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** As the library will call it: of what it calls, we tell keys and tokens apart by the address. */
const url = z.url({ protocol: /^https?$/ }).transform((address) => new URL(address).href);

const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  userinfo_endpoint: url.exactOptional(),
  end_session_endpoint: url.exactOptional(),
  id_token_signing_alg_values_supported: z.array(z.string()).default(['RS256']),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
  authorization_response_iss_parameter_supported: z.boolean().exactOptional(),
});
export type OidcMetadata = z.infer<typeof Metadata>;

export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/**
 * OpenID Connect Discovery 1.0 §4.3: the issuer is compared as text, whole.
 *
 * @throws OidcRefusal
 */
export function readMetadata(issuer: string, document: unknown): OidcMetadata {
  const { data } = Metadata.safeParse(document);
  if (data === undefined) throw new OidcRefusal('discovery_malformed');
  if (data.issuer !== issuer) throw new OidcRefusal('discovery_issuer');
  const { userinfo_endpoint = issuer, end_session_endpoint = issuer } = data;
  const endpoints = [
    data.authorization_endpoint,
    data.token_endpoint,
    data.jwks_uri,
    userinfo_endpoint,
    end_session_endpoint,
  ];
  if (issuer.startsWith('https:') && !endpoints.every((endpoint) => endpoint.startsWith('https:')))
    throw new OidcRefusal('discovery_without_tls');
  const algorithms = data.id_token_signing_alg_values_supported.filter((alg) => ALGORITHMS.includes(alg));
  if (algorithms.length === 0) throw new OidcRefusal('discovery_algorithms');
  return { ...data, id_token_signing_alg_values_supported: algorithms };
}
