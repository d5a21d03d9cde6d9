import { registerAs } from '@nestjs/config';
import { environment, type Environment } from './environment';

/** How mails leave: to a relay, to the terminal of a trial, or not at all. */
export type MailDelivery =
  | { readonly mode: 'smtp'; readonly url: string; readonly from: string }
  | { readonly mode: 'terminal'; readonly from: string }
  | { readonly mode: 'off'; readonly missing: readonly string[] };

export const mailConfig = registerAs('mail', () => {
  const env = environment();
  return {
    delivery: deliveryOf(env),
    /** What every link in a mail begins with. Never taken from a request: its Host header is the sender's to choose. */
    pagesUrl: env.ACCOUNT_PAGES_URL ?? env.baseUrl,
    hasPagesUrl: (env.ACCOUNT_PAGES_URL ?? env.PUBLIC_URL) !== undefined,
  };
});

function deliveryOf({ SMTP_URL: url, MAIL_FROM: from, mode }: Environment): MailDelivery {
  if (url !== undefined && from !== undefined) return { mode: 'smtp', url, from };
  if (url === undefined && mode === 'development') {
    return { mode: 'terminal', from: from ?? 'Portcullis <portcullis@localhost>' };
  }
  const missing = [...(url === undefined ? ['SMTP_URL'] : []), ...(from === undefined ? ['MAIL_FROM'] : [])];
  return { mode: 'off', missing };
}
