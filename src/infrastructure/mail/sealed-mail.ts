import { z } from 'zod';
import { sealedColumn, type SecretBox } from '../crypto';

const PURPOSE = sealedColumn({
  purpose: 'mail',
  table: 'mail_outbox',
  id: 'id',
  ciphertext: 'content_ciphertext',
});

const Content = z.object({ to: z.string(), parameters: z.unknown() });
type Content = z.infer<typeof Content>;

/** To whom a mail goes and what it is made of: addresses, and tokens that open accounts. */
export function sealMail(box: SecretBox, id: string, content: Content): Buffer {
  return box.seal(PURPOSE, Buffer.from(JSON.stringify(content)), id);
}

/** @throws SecretBoxError */
export function openMail(box: SecretBox, id: string, sealed: Buffer): Content {
  return Content.parse(JSON.parse(box.open(PURPOSE, sealed, id).toString()));
}
