import { randomBytes } from 'node:crypto';
import { openPersonal, PERSONAL_KEY_BYTES, sealPersonal } from './personal-cipher';

const key = randomBytes(PERSONAL_KEY_BYTES);

describe('personal cipher', () => {
  it.each([
    ['line breaks', 'a\r\nb'],
    ['terminal escapes', '\u001b[31mred'],
    ['JSON breaks', '"},{"admin":true'],
    ['NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800b'],
    ['right-to-left override and emoji', '\u202egnp.exe 👩‍💻'],
  ])('gives back %s as it was', (_, text) => {
    expect(openPersonal(key, 'event:actor', sealPersonal(key, 'event:actor', { text }))).toEqual({ text });
  });

  it('never makes the same ciphertext twice', () => {
    expect(sealPersonal(key, 'event:actor', { x: 1 })).not.toEqual(
      sealPersonal(key, 'event:actor', { x: 1 }),
    );
  });

  it('opens neither elsewhere nor under another key', () => {
    const sealed = sealPersonal(key, 'event:actor', { x: 1 });

    expect(openPersonal(key, 'event:target', sealed)).toBeNull();
    expect(openPersonal(randomBytes(PERSONAL_KEY_BYTES), 'event:actor', sealed)).toBeNull();
  });

  it('opens nothing that was altered or cut', () => {
    const sealed = sealPersonal(key, 'event:actor', { x: 1 });
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(15) ^ 1, 15);

    expect(openPersonal(key, 'event:actor', altered)).toBeNull();
    expect(openPersonal(key, 'event:actor', sealed.subarray(0, 20))).toBeNull();
    expect(openPersonal(key, 'event:actor', sealed.subarray(0, -1))).toBeNull();
  });
});
