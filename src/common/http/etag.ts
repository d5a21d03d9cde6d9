import type { FastifyReply } from 'fastify';

/** Answers the resource's version as a strong entity tag (RFC 9110 §8.8.3), which `If-Match` of a change repeats. */
export function setEtag(reply: FastifyReply, version: number): void {
  void reply.header('etag', `"${version}"`);
}
