import { registerAs } from '@nestjs/config';
import { environment, isLoopbackUrl, type Environment } from './environment';

export interface SmtpDelivery {
  readonly mode: 'smtp';
  readonly url: string;
  readonly from: string;
  /** Whether a relay that is greeted in clear must offer STARTTLS. */
  readonly requiresTls: boolean;
  /** Whether mails may be read on the way to the relay. */
  readonly mayBeCleartext: boolean;
}

/** How mails leave: to a relay, to the terminal of a trial, or not at all. */
export type MailDelivery =
  | SmtpDelivery
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

export function deliveryOf(env: Environment): MailDelivery {
  const { SMTP_URL: url, MAIL_FROM: from, mode } = env;
  if (url !== undefined && from !== undefined) return { mode: 'smtp', url, from, ...encryptionOf(url, env) };
  if (url === undefined && mode === 'development') {
    return { mode: 'terminal', from: from ?? 'Portcullis <portcullis@localhost>' };
  }
  const missing = [...(url === undefined ? ['SMTP_URL'] : []), ...(from === undefined ? ['MAIL_FROM'] : [])];
  return { mode: 'off', missing };
}

function encryptionOf(
  url: string,
  { SMTP_REQUIRE_TLS: isDemanded }: Environment,
): Pick<SmtpDelivery, 'requiresTls' | 'mayBeCleartext'> {
  const isGreetedInClear = new URL(url).protocol === 'smtp:';
  const isOnThisMachine = isLoopbackUrl(url);
  const requiresTls = isGreetedInClear && (isDemanded ?? !isOnThisMachine);
  return { requiresTls, mayBeCleartext: isGreetedInClear && !requiresTls && !isOnThisMachine };
}
