import type { z } from 'zod';

/** What a mail says, in plain text: how it looks, and what must be escaped where, is the layout's to know. */
export interface MailContent {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly link?: MailLink;
}

/** A page of the front end, and the token that it hands back to us. */
export interface MailLink {
  readonly label: string;
  readonly page: string;
  readonly token: string;
}

export interface MailTemplate<Parameters = unknown> {
  readonly name: string;
  readonly compose: (parameters: Parameters) => MailContent;
}

const defined = new Map<string, MailTemplate>();

/**
 * Defines a kind of mail. It waits as a name and parameters, and is put into words when it is sent.
 *
 * @throws Error when the name is taken: a programming error that stops the boot.
 */
export function defineMail<Parameters>(
  name: string,
  parameters: z.ZodType<Parameters>,
  compose: (parameters: Parameters) => MailContent,
): MailTemplate<Parameters> {
  if (defined.has(name)) throw new Error(`The mail "${name}" is defined twice`);
  defined.set(name, { name, compose: (stored) => compose(parameters.parse(stored)) });
  return { name, compose };
}

/** Undefined for a mail that only a newer version of the service knows. */
export function mailTemplate(name: string): MailTemplate | undefined {
  return defined.get(name);
}
