const NAME = '__Host-ptc_flow';
/** RFC 6265bis §4.1.3.2: of this host alone, and no page of another host can have set it. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=None';

export const FLOW_LIFE_SECONDS = 600;

/** `SameSite=None`, since a SAML response comes as a POST from another site (RFC 6265bis §8.8.2 names that case). */
export function flowCookie(token: string): string {
  return `${NAME}=${token}; Max-Age=${FLOW_LIFE_SECONDS}; ${ATTRIBUTES}`;
}

/** Takes the cookie back. */
export const NO_FLOW_COOKIE = `${NAME}=; Max-Age=0; ${ATTRIBUTES}`;

/** The token in a `Cookie` header. None where there are two: one of them was planted. */
export function flowTokenIn(header: string | undefined): string | null {
  const tokens = (header ?? '')
    .split(';')
    .map((pair) => pair.trim().split('='))
    .filter(([name]) => name === NAME)
    .map(([, token]) => token ?? '');
  const [token] = tokens;
  return tokens.length === 1 && token !== undefined && /^[\w-]{43}$/.test(token) ? token : null;
}
