import type { FastifyReply } from 'fastify';

export interface BrowserTarget<Cookie extends string | null = string> {
  readonly url: string;
  /** The flow's cookie, set or taken back; null leaves it alone. */
  readonly cookie: Cookie;
}

/** Redirects; the route's contract says with which status. */
export function sendBrowser(reply: FastifyReply, { url, cookie }: BrowserTarget<string | null>): void {
  void reply.header('location', url);
  if (cookie !== null) void reply.header('set-cookie', cookie);
}
