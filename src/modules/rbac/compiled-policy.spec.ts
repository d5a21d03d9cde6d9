import fc from 'fast-check';
import { CompiledPolicy, type HeldRole, type RoleDefinition } from './compiled-policy';

const RESOURCES = ['users', 'audit', 'catalog', 'catalog.table', 'catalog.table.column', 'catalogue'];
const ACTIONS = ['read', 'write', 'reader'];
const NAMES = RESOURCES.flatMap((resource) => ACTIONS.map((action) => `${resource}:${action}`));
const PATTERNS = [...RESOURCES, ...RESOURCES.map((resource) => `${resource}.*`), '*'].flatMap((resource) =>
  [...ACTIONS, '*'].map((action) => `${resource}:${action}`),
);

// Bits with gaps, over more than one word.
const BITS = new Map(NAMES.map((name, index) => [name, index * 5 + 3]));

const aRole = (role: Partial<RoleDefinition> & { id: string }): RoleDefinition => ({
  grants: [],
  except: [],
  parents: [],
  requiresMfa: false,
  ...role,
});
const allow = (roleId: string): HeldRole => ({ roleId, effect: 'allow' });
const deny = (roleId: string): HeldRole => ({ roleId, effect: 'deny' });

const effective = (roles: RoleDefinition[], held: HeldRole[]): string[] => {
  const policy = new CompiledPolicy(BITS, roles);
  return policy.namesIn(policy.effectiveOf(held));
};

/** The rules once more, name by name and without sets. */
const oracle = {
  covers(pattern: string, name: string): boolean {
    const [resource = '', action = ''] = pattern.split(':');
    const resourceSource =
      resource === '*'
        ? '.+'
        : resource.replace(/\.\*$/, '(BELOW)?').replaceAll('.', '\\.').replace('BELOW', '\\..+');
    return new RegExp(`^${resourceSource}:${action === '*' ? '[^:]+' : action}$`).test(name);
  },
  grants(role: RoleDefinition, name: string, roles: RoleDefinition[]): boolean {
    if (role.except.some((pattern) => this.covers(pattern, name))) return false;
    if (role.grants.some((pattern) => this.covers(pattern, name))) return true;
    return role.parents.some((parent) =>
      this.grants(
        roles.find(({ id }) => id === parent)!,
        name,
        roles,
      ),
    );
  },
  allowed(held: HeldRole[], name: string, roles: RoleDefinition[]): boolean {
    const concerns = ({ roleId }: HeldRole) =>
      this.grants(
        roles.find(({ id }) => id === roleId)!,
        name,
        roles,
      );
    if (held.some((role) => role.effect === 'deny' && concerns(role))) return false;
    return held.some((role) => role.effect === 'allow' && concerns(role));
  },
};

const patterns = fc.array(fc.constantFrom(...PATTERNS), { maxLength: 4 });
// A role inherits only from roles before it, so there is no cycle; the list is shuffled afterwards.
const somePolicy = fc.array(
  fc.record({ grants: patterns, except: patterns, parents: fc.array(fc.nat(), { maxLength: 2 }) }),
  {
    minLength: 1,
    maxLength: 7,
  },
);
const someCase = somePolicy.chain((drafts) =>
  fc.record({
    roles: fc.shuffledSubarray(
      drafts.map(({ grants, except, parents }, index) =>
        aRole({
          id: `role-${index}`,
          grants,
          except,
          parents: index === 0 ? [] : parents.map((parent) => `role-${parent % index}`),
        }),
      ),
      { minLength: drafts.length },
    ),
    held: fc.array(
      fc.record({
        roleId: fc.nat(drafts.length - 1).map((index) => `role-${index}`),
        effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
      }),
      { maxLength: 5 },
    ),
  }),
);

describe('CompiledPolicy', () => {
  it('agrees with the rules written down naively, on generated policies', () => {
    fc.assert(
      fc.property(someCase, ({ roles, held }) => {
        expect(effective(roles, held)).toEqual(
          NAMES.filter((name) => oracle.allowed(held, name, roles)).sort(),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, string[]]>([
    ['users:read', ['users:read']],
    ['users:*', ['users:read', 'users:reader', 'users:write']],
    ['catalog:read', ['catalog:read']],
    ['catalog.*:read', ['catalog.table.column:read', 'catalog.table:read', 'catalog:read']],
    ['catalog.table.*:write', ['catalog.table.column:write', 'catalog.table:write']],
    ['nobody.declares:this', []],
  ])('lets %s cover exactly its own', (grant, expected) => {
    expect(effective([aRole({ id: 'r', grants: [grant] })], [allow('r')])).toEqual(expected);
  });

  it('lets a deny win over every allow, whatever their order', () => {
    const roles = [aRole({ id: 'all', grants: ['*:*'] }), aRole({ id: 'writes', grants: ['*:write'] })];
    const expected = NAMES.filter((name) => !name.endsWith(':write')).sort();
    expect(effective(roles, [allow('all'), deny('writes'), allow('writes')])).toEqual(expected);
    expect(effective(roles, [deny('writes'), allow('writes'), allow('all')])).toEqual(expected);
  });

  it('subtracts exceptions inside their role only, what it inherits included', () => {
    const roles = [
      aRole({ id: 'reader', grants: ['users:read', 'audit:read'] }),
      aRole({ id: 'no-audit', parents: ['reader'], except: ['audit:*'] }),
    ];
    expect(effective(roles, [allow('no-audit')])).toEqual(['users:read']);
    expect(effective(roles, [allow('no-audit'), allow('reader')])).toEqual(['audit:read', 'users:read']);
  });

  it.each<[string, RoleDefinition[]]>([
    ['inherits from itself', [aRole({ id: 'bad', grants: ['users:*'], parents: ['bad'] })]],
    [
      'is part of a cycle',
      [aRole({ id: 'bad', grants: ['users:*'], parents: ['b'] }), aRole({ id: 'b', parents: ['bad'] })],
    ],
    [
      'inherits from a cycle',
      [
        aRole({ id: 'a', parents: ['b'] }),
        aRole({ id: 'b', parents: ['a'] }),
        aRole({ id: 'bad', grants: ['users:*'], parents: ['a'] }),
      ],
    ],
    ['names a parent that is gone', [aRole({ id: 'bad', grants: ['users:*'], parents: ['gone'] })]],
    ['holds a malformed grant', [aRole({ id: 'bad', grants: ['users:*', 'users'] })]],
    ['holds a malformed exception', [aRole({ id: 'bad', grants: ['users:*'], except: ['Users:read'] })]],
    ['is not there', []],
  ])('grants nothing and denies everything by a role that %s', (_, roles) => {
    const all = [...roles, aRole({ id: 'good', grants: ['users:read'] })];
    expect(effective(all, [allow('bad')])).toEqual([]);
    expect(effective(all, [allow('good'), deny('bad')])).toEqual([]);
    expect(effective(all, [allow('good'), allow('bad')])).toEqual(['users:read']);
  });
});
