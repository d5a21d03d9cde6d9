import type { FastifyReply, FastifyRequest } from 'fastify';

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type, if-match',
  'access-control-max-age': '600',
};

const ACTUAL = {
  'access-control-expose-headers': 'etag, policy-version, retry-after, www-authenticate, x-request-id',
};

/**
 * Cross-origin access (Fetch standard, CORS protocol) for the listed origins and no others. An origin matches as a
 * whole; `null`, which any sandboxed frame can claim, never does. Credentials are never allowed: there are no
 * cookies.
 */
export class CorsPolicy {
  private readonly origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.origins = new Set(origins.filter((origin) => origin !== 'null'));
  }

  /** False without any allowed origin: then no answer depends on the caller's. */
  get isEnabled(): boolean {
    return this.origins.size > 0;
  }

  /** Adds the headers; true where that was all, because the request was a preflight and is answered. */
  apply(request: FastifyRequest, reply: FastifyReply): boolean {
    void reply.header('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined || !this.origins.has(origin)) return false;
    void reply.header('access-control-allow-origin', origin);
    const isPreflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    void reply.headers(isPreflight ? PREFLIGHT : ACTUAL);
    if (isPreflight) void reply.code(204).send();
    return isPreflight;
  }
}
