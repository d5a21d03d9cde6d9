import { schemeOf } from './foreign-digest';

const BCRYPT_REST = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const ARGON2_REST = 'uEKAsetdWBcOQsCuG1pATA$DoIivTYSppknv2qhP8CGx6G75YMxiJORzc4VtGjcQew';

describe('schemeOf', () => {
  it.each(['$2a$10$', '$2b$04$', '$2y$12$'])('knows bcrypt %s', (scheme) => {
    expect(schemeOf(scheme + BCRYPT_REST)).toBe(scheme);
  });

  it.each([
    '$argon2id$v=19$m=65536,t=4,p=1$',
    '$argon2i$v=19$m=4096,t=3,p=1$',
    '$argon2d$v=19$m=65536,t=3,p=4$',
  ])('knows %s', (scheme) => {
    expect(schemeOf(scheme + ARGON2_REST)).toBe(scheme);
  });

  it.each([
    ['a bcrypt cost past the bound', `$2b$13$${BCRYPT_REST}`],
    ['the highest bcrypt cost', `$2b$31$${BCRYPT_REST}`],
    ['a truncated digest', `$2b$10$${BCRYPT_REST.slice(1)}`],
    ['a bcrypt variant with a known flaw', `$2x$10$${BCRYPT_REST}`],
    ['memory past the bound', `$argon2id$v=19$m=65537,t=1,p=1$${ARGON2_REST}`],
    ['iterations past the bound', `$argon2id$v=19$m=65536,t=5,p=1$${ARGON2_REST}`],
    ['lanes past the bound', `$argon2id$v=19$m=4096,t=1,p=9$${ARGON2_REST}`],
    ['no lanes', `$argon2id$v=19$m=4096,t=1,p=0$${ARGON2_REST}`],
    ['an old version', `$argon2id$v=16$m=4096,t=1,p=1$${ARGON2_REST}`],
    ['scrypt', '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E'],
    ['a password', 'a long and quiet sentence'],
  ])('refuses %s', (_, digest) => {
    expect(schemeOf(digest)).toBeNull();
  });
});
