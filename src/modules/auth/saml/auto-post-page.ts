import { createHash } from 'node:crypto';

const SCRIPT = 'document.forms[0].submit()';
const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64');

/**
 * For the one page that we show: it may run its one line, and nothing else. Where the form goes to is not limited,
 * since browsers hold that limit against the redirects of the provider as well.
 */
export const AUTO_POST_POLICY = `default-src 'none'; script-src 'sha256-${SCRIPT_HASH}'; base-uri 'none'; frame-ancestors 'none'`;

/** A form that posts itself (SAML bindings §3.5.4); by hand where scripts are off. */
export function autoPostPage(action: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>' +
    `<form method="post" action="${escape(action)}">${inputs.join('')}` +
    `<noscript><button>Continue</button></noscript></form><script>${SCRIPT}</script></body></html>`
  );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
