import type { FastifyReply } from 'fastify';

export interface BrowserTarget {
  readonly url: string;
  /** The flow's cookie, set or taken back. */
  readonly cookie: string;
}

/** Redirects; the route's contract says with which status. */
export function sendBrowser(reply: FastifyReply, { url, cookie }: BrowserTarget): void {
  void reply.header('location', url).header('set-cookie', cookie);
}
