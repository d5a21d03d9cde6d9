import fc from 'fast-check';
import { SecretBox, SecretBoxError } from '../../infrastructure/crypto';
import { mintRefreshToken, openSuccessor, sealSuccessor, sessionOfRefreshToken } from './refresh-token';

const SESSION = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const box = new SecretBox(['a root secret']);

describe('a refresh token', () => {
  it('names its session and differs each time', () => {
    const [one, two] = [mintRefreshToken(box, SESSION), mintRefreshToken(box, SESSION)];
    expect(one).not.toBe(two);
    expect(sessionOfRefreshToken(box, one)).toBe(SESSION);
  });

  it('is not ours with any one character changed, or as any prefix', () => {
    const token = mintRefreshToken(box, SESSION);
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'a' ? 'b' : 'a';
      expect(sessionOfRefreshToken(box, token.slice(0, at) + other + token.slice(at + 1))).toBeNull();
      expect(sessionOfRefreshToken(box, token.slice(0, at))).toBeNull();
    }
  });

  it('is still ours after the root secret was replaced, and nobody else makes one', () => {
    const token = mintRefreshToken(box, SESSION);
    expect(sessionOfRefreshToken(new SecretBox(['a new root', 'a root secret']), token)).toBe(SESSION);
    expect(sessionOfRefreshToken(new SecretBox(['another root']), token)).toBeNull();
  });

  it('is never found in what is not one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => sessionOfRefreshToken(box, text) === null),
    );
  });

  it('opens its own successor and no other', () => {
    const [spent, successor] = [mintRefreshToken(box, SESSION), mintRefreshToken(box, SESSION)];
    const sealed = sealSuccessor(spent, successor);
    expect(openSuccessor(spent, sealed)).toBe(successor);
    expect(() => openSuccessor(successor, sealed)).toThrow(SecretBoxError);
  });
});
