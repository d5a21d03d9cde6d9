import fc from 'fast-check';
import { SecretBox, SecretBoxError } from './secret-box';

const OLD = 'kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u';
const NEW = 'Zr5uWy8xQb1nTe4vKc7mHj0pLf3sDg6a';

const before = new SecretBox([OLD]);
const after = new SecretBox([NEW, OLD]);
const text = Buffer.from('a private key');

describe('SecretBox', () => {
  it('opens what it sealed, for the same purpose and context only', () => {
    const box = before.seal('signing-key', text, 'one');
    expect(before.open('signing-key', box, 'one')).toEqual(text);
    expect(() => before.open('signing-key', box, 'two')).toThrow(SecretBoxError);
    expect(() => before.open('audit-key', box, 'one')).toThrow(SecretBoxError);
  });

  it('shows nothing of the text, and seals the same text differently each time', () => {
    const boxes = [1, 2].map(() => before.seal('signing-key', text));
    expect(boxes[0]).not.toEqual(boxes[1]);
    expect(boxes.every((box) => !box.includes(text))).toBe(true);
  });

  it('opens no box of which any bit was changed, or any byte is missing', () => {
    const box = before.seal('signing-key', text, 'one');
    fc.assert(
      fc.property(fc.nat(box.length * 8 - 1), (bit) => {
        const altered = Buffer.from(box);
        altered[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => before.open('signing-key', altered, 'one')).toThrow(SecretBoxError);
      }),
    );
    for (let length = 0; length < box.length; length++) {
      expect(() => before.open('signing-key', box.subarray(0, length), 'one')).toThrow(SecretBoxError);
    }
  });

  it('opens under a previous root secret what was sealed under it, and seals under the current one', () => {
    expect(after.open('signing-key', before.seal('signing-key', text))).toEqual(text);
    const box = after.seal('signing-key', text);
    expect(box.subarray(1, 9)).toEqual(after.keyId);
    expect(() => before.open('signing-key', box)).toThrow('made under another JWT_SECRET_KEY');
  });

  it('recognises what a previous root secret authenticated, the current one first', () => {
    const [current, previous] = after.authenticateUnderAll('refresh-token', 'message');
    expect(previous).toEqual(before.authenticate('refresh-token', 'message'));
    expect(current).toEqual(after.authenticate('refresh-token', 'message'));
    expect(current).not.toEqual(previous);
    expect(after.authenticate('cursor', 'message')).not.toEqual(current);
  });
});
