import { z } from 'zod';
import { DomainError } from '../../../common/errors';
import { RemoteDocument } from './remote-document';

const KeySet = z.looseObject({ keys: z.array(z.looseObject({ kid: z.string().optional() })).max(100) });
type KeySet = z.infer<typeof KeySet>;

/**
 * The provider's public keys. A key that is not known yet is looked for at once, but at most every ten seconds. While
 * the provider cannot be read its known keys serve for a day; a signature is never left unverified.
 */
export class OidcKeys {
  private readonly document: RemoteDocument<KeySet>;

  constructor(load: () => Promise<unknown>, now?: () => number) {
    this.document = new RemoteDocument({
      load: async () => {
        const { data } = KeySet.safeParse(await load());
        if (data === undefined) throw new DomainError('PROVIDER.UNAVAILABLE');
        return data;
      },
      freshMs: 300_000,
      staleMs: 86_400_000,
      retryMs: 10_000,
      now,
    });
  }

  /** With the key `kid` among them, if the provider has it. @throws DomainError `PROVIDER.UNAVAILABLE` */
  with(kid: string | undefined): Promise<KeySet> {
    return this.document.get(({ keys }) => kid === undefined || keys.some((key) => key.kid === kid));
  }
}
