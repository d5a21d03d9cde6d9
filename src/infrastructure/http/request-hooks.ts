import type { FastifyInstance } from 'fastify';
import { DomainError } from '../../common/errors';
import type { RequestContext } from '../request-context';

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const DOCS_POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/** What happens to every request before anything else looks at it. */
export function useRequestHooks(
  fastify: FastifyInstance,
  context: RequestContext,
  servedByHttps: boolean,
): void {
  const headers = {
    ...SECURITY_HEADERS,
    ...(servedByHttps && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers).header('x-request-id', request.id);
    if (request.url.startsWith('/docs')) void reply.header('content-security-policy', DOCS_POLICY);
    if (request.url.includes('%00'))
      throw new DomainError('REQUEST.MALFORMED', { detail: 'The URL holds NUL.' });
    context.run(request, done);
  });
}
