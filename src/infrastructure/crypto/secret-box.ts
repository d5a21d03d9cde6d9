import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;

/** A ciphertext that no configured root secret opens: the secret is wrong, or the row was tampered with. */
export class SecretBoxError extends Error {
  constructor(reason: string) {
    super(`A stored secret cannot be opened: ${reason}`);
    this.name = 'SecretBoxError';
  }
}

interface RootKey {
  readonly id: Buffer;
  readonly secret: string;
}

/**
 * Encrypts what must be read again and authenticates what must be recognised. Keys derive from the root secrets
 * by HKDF-SHA-256 (RFC 5869), one a purpose, so that a ciphertext or a digest of one purpose is worthless in
 * another. The first root secret writes; all of them read.
 *
 * Box layout: version (1 byte), key id (8), nonce (12), AES-256-GCM ciphertext, tag (16).
 */
export class SecretBox {
  private readonly roots: readonly [RootKey, ...RootKey[]];
  private readonly derived = new Map<string, Buffer>();

  constructor(rootSecrets: readonly [string, ...string[]]) {
    const [current, ...previous] = rootSecrets;
    this.roots = [rootKey(current), ...previous.map(rootKey)];
  }

  /** Encrypts under the current root; `context` (such as a row's id) must be given again to open. */
  seal(purpose: string, plaintext: Uint8Array, context = ''): Buffer {
    const [root] = this.roots;
    const nonce = randomBytes(NONCE_BYTES);
    const header = Buffer.concat([Buffer.of(VERSION), root.id]);
    const cipher = createCipheriv('aes-256-gcm', this.keyFor(root, purpose), nonce);
    cipher.setAAD(Buffer.concat([header, Buffer.from(context)]));
    return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws SecretBoxError when the box is not ours, was altered, or belongs to another purpose or context. */
  open(purpose: string, box: Buffer, context = ''): Buffer {
    if (box.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || box[0] !== VERSION) {
      throw new SecretBoxError('it is malformed');
    }
    const header = box.subarray(0, HEADER_BYTES);
    const root = this.roots.find(({ id }) => id.equals(header.subarray(1)));
    if (root === undefined) throw new SecretBoxError('it was made under another JWT_SECRET_KEY');
    const nonce = box.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.keyFor(root, purpose), nonce);
    decipher.setAAD(Buffer.concat([header, Buffer.from(context)]));
    decipher.setAuthTag(box.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([
        decipher.update(box.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
    } catch {
      throw new SecretBoxError('it was altered, or belongs elsewhere');
    }
  }

  /** The id of the current root, as it stands in each box that it seals. */
  get keyId(): Buffer {
    return this.roots[0].id;
  }

  /** HMAC-SHA-256 under the current root: for digests that nobody without the secret can guess or make. */
  authenticate(purpose: string, message: string | Uint8Array): Buffer {
    return this.mac(this.roots[0], purpose, message);
  }

  /** The digests of `message` under every root, the current one first: to recognise what an older one made. */
  authenticateUnderAll(purpose: string, message: string | Uint8Array): Buffer[] {
    return this.roots.map((root) => this.mac(root, purpose, message));
  }

  private mac(root: RootKey, purpose: string, message: string | Uint8Array): Buffer {
    return createHmac('sha256', this.keyFor(root, `mac:${purpose}`))
      .update(message)
      .digest();
  }

  private keyFor(root: RootKey, purpose: string): Buffer {
    const cacheKey = `${root.id.toString('hex')}:${purpose}`;
    let key = this.derived.get(cacheKey);
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', root.secret, 'portcullis', purpose, 32));
      this.derived.set(cacheKey, key);
    }
    return key;
  }
}

function rootKey(secret: string): RootKey {
  const digest = createHash('sha256').update('portcullis-root-key-id\0').update(secret).digest();
  return { id: digest.subarray(0, KEY_ID_BYTES), secret };
}
