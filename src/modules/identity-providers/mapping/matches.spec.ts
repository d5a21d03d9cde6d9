import type { ExternalProfile } from '../external-profile';
import type { Match } from './mapping';
import { mappedProfile } from './mapped-profile';
import { matches } from './matches';

const PROFILE: ExternalProfile = {
  providerId: 'p',
  externalId: 'x',
  username: 'ada',
  email: 'ada@example.com',
  emailVerified: true,
  displayName: 'Ada',
  groups: ['CN=Stewards,OU=Groups,DC=example,DC=com'],
  attributes: { title: ['Engineer', 'Countess'], nick: ['al'] },
  methods: [],
};

describe('a mapping', () => {
  it.each<[Match, boolean]>([
    [{ group: { equals: 'cn=stewards,ou=groups,dc=example,dc=com' } }, true],
    [{ group: { oneOf: ['cn=other', 'CN=STEWARDS,OU=Groups,DC=example,DC=com'] } }, true],
    [{ group: { like: 'cn=*,ou=groups,*' } }, true],
    [{ group: { like: 'cn=*x*' } }, true],
    [{ group: { like: 'cn=*q*' } }, false],
    [{ group: { equals: 'cn=stewards' } }, false],
    [{ attribute: 'title', is: { equals: 'Countess' } }, true],
    [{ attribute: 'title', is: { equals: 'countess' } }, false],
    [{ attribute: 'title', is: { like: 'Eng*eer' } }, true],
    [{ attribute: 'title', is: { like: 'Engineer*Engineer' } }, false],
    [{ attribute: 'constructor', is: { like: '*' } }, false],
  ])('%j holds: %s', (when, expected) => {
    expect(matches(when, PROFILE)).toBe(expected);
  });

  it('takes a field from an attribute; an address that comes so is not verified', () => {
    const { profile } = mappedProfile(
      [
        { type: 'profile', field: 'username', attribute: 'nick' },
        { type: 'profile', field: 'email', attribute: 'nick' },
        { type: 'profile', field: 'displayName', attribute: 'absent' },
      ],
      PROFILE,
    );
    expect(profile).toMatchObject({ username: 'al', email: 'al', emailVerified: false, displayName: 'Ada' });
  });

  it('gives what matches, and nothing else', () => {
    const role = '0192f0c4-3e4f-7a5b-8c6d-7e8f9a0b1c2d';
    const { grants } = mappedProfile(
      [
        { type: 'role', when: { group: { like: 'cn=stewards,*' } }, roleId: role },
        { type: 'group', when: { attribute: 'title', is: { equals: 'Baker' } }, groupId: role },
      ],
      PROFILE,
    );
    expect(grants).toEqual({ roles: [{ roleId: role, resourceId: null }], groupIds: [] });
  });
});
