import type { ExternalProfile } from '../external-profile';
import { isVouchedFor } from '../vouched-address';
import type { OidcProvider } from './oidc-provider';

type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** The account at the provider, from claims that were verified, and `more` of its userinfo endpoint. */
export function profileOf(
  provider: OidcProvider,
  idToken: Claims,
  more: Readonly<Record<string, unknown>>,
): ExternalProfile {
  // What is signed has the last word, and alone says how and when somebody authenticated.
  const claims: Claims = { ...more, ...idToken };
  const email = text(claims.email);
  const about = idToken.email === undefined ? more : idToken;
  // That another address is verified, which the other of the two holds, says nothing of this one.
  const isVerified = about.email_verified ?? (more.email === about.email && more.email_verified);
  const authTime = idToken.auth_time;
  return {
    providerId: provider.id,
    // OpenID Connect Core 1.0 §5.7: the only pair that is never given to somebody else. Should the record be pointed
    // at another issuer, nobody there is mistaken for somebody here.
    externalId: `${provider.config.issuer}#${claims.sub}`,
    username: text(claims.preferred_username) ?? email ?? claims.sub,
    email,
    emailVerified: isVerified === true && isVouchedFor(email, provider.domains),
    displayName: text(claims.name),
    groups: texts(claims.groups),
    attributes: Object.fromEntries(
      Object.entries(claims)
        .map(([name, value]): [string, readonly string[]] => [name, texts(value)])
        .filter(([, values]) => values.length > 0),
    ),
    methods: texts(idToken.amr).filter((method) => provider.trustedMethods.includes(method)),
    ...(typeof authTime === 'number' && { authTime }),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => text(one) !== null);
}
