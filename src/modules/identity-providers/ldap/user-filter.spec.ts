import type { Filter } from 'ldapjs';
import { guidOf } from './guid';
import { isUserFilter, userFilter } from './user-filter';

const sent = (filter: Filter): string =>
  (filter as unknown as { toBer(): { buffer: Buffer } }).toBer().buffer.toString();

describe('the filter that finds somebody', () => {
  it.each(['*', 'a)(uid=*', 'a\\2a', 'zoë', '$&', 'alice.king', '\0'])('takes %j as one value', (name) => {
    const filter = userFilter('(&(objectClass=person)(|(uid={{username}})(mail={{username}})))', name);
    expect(sent(filter).split(name)).toHaveLength(3);
    expect(sent(filter)).not.toContain('portcullisTypedName');
  });

  it.each([
    ['(uid={{username}})', true],
    ['(&(objectClass=person)(|(uid={{username}})(mail={{username}})))', true],
    ['(uid={{username}}*)', false],
    ['(cn=*{{username}}*)', false],
    ['({{username}}=x)', false],
    ['(&(uid={{username}})(', false],
  ])('can be made of %s: %s', (template, expected) => {
    expect(isUserFilter(template)).toBe(expected);
  });

  it('reads the escapes of the template', () => {
    expect(sent(userFilter('(&(memberOf=cn=a\\2cb\\28\\c3\\bc)(uid={{username}}))', 'x'))).toContain(
      'cn=a,b(ü',
    );
  });
});

describe('objectGUID', () => {
  it('is read as Windows writes it', () => {
    const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
    expect(guidOf(bytes)).toBe('00112233-4455-6677-8899-aabbccddeeff');
    expect(guidOf(bytes.subarray(1))).toBeNull();
  });
});
