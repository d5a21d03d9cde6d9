import type { FastifyReply } from 'fastify';
import { AUTO_POST_POLICY, autoPostPage } from './auto-post-page';
import type { SamlStart } from './saml-sign-in.service';

/** Sends the browser to the provider, as the provider's binding wants it. */
export function sendAuthnRequest(reply: FastifyReply, { request, cookie }: SamlStart): void {
  void reply.header('set-cookie', cookie);
  if (request.binding === 'redirect') {
    void reply.code(303).header('location', request.url).send();
    return;
  }
  void reply
    .code(200)
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', AUTO_POST_POLICY)
    .send(autoPostPage(request.action, request.fields));
}
