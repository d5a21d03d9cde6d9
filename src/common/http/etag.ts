import type { FastifyReply } from 'fastify';

/** Names the version of the answered resource as a strong entity tag, which `If-Match` of a later change repeats (RFC 9110 §8.8.3). */
export function setEtag(reply: FastifyReply, version: number): void {
  void reply.header('etag', `"${version}"`);
}
