/** A page of an API loads nothing and sits in no frame. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Swagger UI loads its own files, styles elements in line, and calls this service. */
export const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What goes with every answer, the refused ones included. Names are in lower case, as Fastify keeps them. */
export function standardHeaders(publicUrl: string | undefined): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': API_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(publicUrl?.startsWith('https:') && {
      'strict-transport-security': 'max-age=31536000',
    }),
  };
}
