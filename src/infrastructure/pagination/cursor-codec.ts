import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { SecretBox } from '../crypto';

const PURPOSE = 'cursor';
const TAG_BYTES = 16;

/**
 * Turns the sort key of a page's last row into the cursor of the next page, and back.
 *
 * A cursor is opaque and authenticated together with the name of its list: only what that list gave out comes
 * back, so the key needs no validation of its own.
 */
@Injectable()
export class CursorCodec {
  constructor(private readonly secrets: SecretBox) {}

  encode(list: string, key: readonly string[]): string {
    const payload = Buffer.from(JSON.stringify(key));
    const tag = this.secrets.authenticate(PURPOSE, message(list, payload)).subarray(0, TAG_BYTES);
    return Buffer.concat([tag, payload]).toString('base64url');
  }

  /** @throws DomainError `REQUEST.INVALID_CURSOR` when this list never gave it out. */
  decode(list: string, cursor: string): readonly string[] {
    const bytes = Buffer.from(cursor, 'base64url');
    const tag = bytes.subarray(0, TAG_BYTES);
    const payload = bytes.subarray(TAG_BYTES);
    // Decoding skips foreign characters and surplus bits: only the one canonical spelling counts.
    if (
      tag.length < TAG_BYTES ||
      bytes.toString('base64url') !== cursor ||
      !this.isOurs(list, tag, payload)
    ) {
      throw new DomainError('REQUEST.INVALID_CURSOR');
    }
    return JSON.parse(payload.toString()) as readonly string[];
  }

  private isOurs(list: string, tag: Buffer, payload: Buffer): boolean {
    return this.secrets
      .authenticateUnderAll(PURPOSE, message(list, payload))
      .some((digest) => timingSafeEqual(digest.subarray(0, TAG_BYTES), tag));
  }
}

function message(list: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${list}\0`), payload]);
}
