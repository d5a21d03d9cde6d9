import type { MailContent, MailLink } from './mail-template';

export interface MailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const SIGNATURE = 'Portcullis';

/** Puts a mail into text and HTML. Nothing in it is fetched from anywhere: no images, no tracking. */
export function layOut({ subject, paragraphs, link }: MailContent, pagesUrl: string): MailBody {
  const url = link && addressOf(link, pagesUrl);
  const action = link === undefined || url === undefined ? [] : [`${link.label}:\n${url}`];
  const anchor =
    link === undefined || url === undefined
      ? []
      : [`<p><a href="${escaped(url)}">${escaped(link.label)}</a></p><p>${escaped(url)}</p>`];
  return {
    subject,
    text: [...paragraphs, ...action, `-- \n${SIGNATURE}`].join('\n\n') + '\n',
    html: [
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head><body>`,
      ...paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
      ...anchor,
      `<p>${SIGNATURE}</p></body></html>`,
    ].join('\n'),
  };
}

/** The token is a fragment: browsers do not send it, so that it reaches no access log and no Referer header. */
function addressOf({ page, token }: MailLink, pagesUrl: string): string {
  return `${pagesUrl}/${page}#token=${encodeURIComponent(token)}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
