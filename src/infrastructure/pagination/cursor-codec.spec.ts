import { SecretBox } from '../crypto';
import { CursorCodec } from './cursor-codec';

const OLD = 'an old root secret of some length';
const NEW = 'a new root secret of some length!';
const key = ['2026-01-31T09:30:00.000Z', '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e'];

const codec = (...secrets: [string, ...string[]]) => new CursorCodec(new SecretBox(secrets));

function codeOf(decode: () => unknown): unknown {
  try {
    decode();
    return 'decoded';
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe('CursorCodec', () => {
  it('gives back the key that it was given', () => {
    expect(codec(NEW).decode('users', codec(NEW).encode('users', key))).toEqual(key);
  });

  it('makes cursors that need no escaping in a URL', () => {
    const cursor = codec(NEW).encode('users', ['ÿ?&=', '\u{1f600}']);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it('accepts what an outgoing root secret made', () => {
    expect(codec(NEW, OLD).decode('users', codec(OLD).encode('users', key))).toEqual(key);
  });

  it('refuses every change of a single character', () => {
    const cursor = codec(NEW).encode('users', key);
    for (let at = 0; at < cursor.length; at++) {
      const altered = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      expect(codeOf(() => codec(NEW).decode('users', altered))).toBe('REQUEST.INVALID_CURSOR');
    }
  });

  it.each([
    ['another list', codec(NEW).encode('roles', key)],
    ['another installation', codec(OLD).encode('users', key)],
    ['nobody', 'AAAA'],
    ['nobody, empty', ''],
    ['nobody, JSON in the clear', Buffer.from(JSON.stringify(key)).toString('base64url')],
    ['ours, padded', `${codec(NEW).encode('users', key)}=`],
    ['ours, with a space', ` ${codec(NEW).encode('users', key)}`],
  ])('refuses a cursor of %s', (_, cursor) => {
    expect(codeOf(() => codec(NEW).decode('users', cursor))).toBe('REQUEST.INVALID_CURSOR');
  });
});
