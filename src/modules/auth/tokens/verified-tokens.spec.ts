import type { VerifiedToken } from './verified-token';
import { VerifiedTokens } from './verified-tokens';

const verified = { tokenId: 'token' } as VerifiedToken;

describe('VerifiedTokens', () => {
  it('finds a token that it was told of, and no other spelling of it', () => {
    const tokens = new VerifiedTokens();
    tokens.remember('a.b.c', verified);
    expect(tokens.find('a.b.c')).toBe(verified);
    for (const other of ['a.b.C', 'a.b', 'a.b.c.', ' a.b.c', '']) expect(tokens.find(other)).toBeUndefined();
  });
});
