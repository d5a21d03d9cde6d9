import fc from 'fast-check';
import { CompiledPolicy, type RoleDefinition } from './compiled-policy';
import { withPermissionsToCome } from './permissions-to-come';

const RESOURCES = ['users', 'billing', 'billing.invoice', 'billing.invoice.line'];
const ACTIONS = ['read', 'pay'];
const PATTERNS = [...RESOURCES, ...RESOURCES.map((resource) => `${resource}.*`), '*'].flatMap((resource) =>
  [...ACTIONS, '*'].map((action) => `${resource}:${action}`),
);
/** What later releases may bring: known and new resources, at every depth, with known and new actions. */
const FUTURE = [...RESOURCES, ...RESOURCES.map((resource) => `${resource}.new`), 'new', 'new.new'].flatMap(
  (resource) => [...ACTIONS, 'new'].map((action) => `${resource}:${action}`),
);
const REGISTRY = new Map([
  ['users:read', 0],
  ['billing:read', 1],
]);

const aRole = (id: string, grants: string[], except: string[] = []): RoleDefinition => ({
  id,
  grants,
  except,
  parents: [],
  requiresMfa: false,
});

const isWithin = (bits: ReadonlyMap<string, number>, roles: RoleDefinition[]): boolean => {
  const policy = new CompiledPolicy(bits, roles);
  return policy.reachOf('inner').without(policy.reachOf('outer')).isEmpty();
};

const patterns = fc.array(fc.constantFrom(...PATTERNS), { maxLength: 3 });

describe('withPermissionsToCome', () => {
  it('keeps the bits of the registry', () => {
    const bits = withPermissionsToCome(REGISTRY, [aRole('r', ['billing.*:*'])]);
    expect([...bits].slice(0, 2)).toEqual([...REGISTRY]);
    expect(new Set(bits.values()).size).toBe(bits.size);
  });

  it.each<[boolean, string[], string[]]>([
    [false, ['billing.*:*'], ['billing:read']],
    [false, ['users:*'], ['users:read']],
    [false, ['*:read'], ['users:*', 'billing.*:*']],
    [true, ['billing.invoice.*:pay'], ['billing.*:*']],
    [true, ['users:*'], ['*:*']],
  ])('says %s when asked whether %j stays within %j whatever comes', (expected, inner, outer) => {
    const roles = [aRole('inner', inner), aRole('outer', outer)];
    expect(isWithin(withPermissionsToCome(REGISTRY, roles), roles)).toBe(expected);
  });

  it('finds one role within another exactly when it is so for everything that may be declared', () => {
    fc.assert(
      fc.property(patterns, patterns, patterns, patterns, (inner, innerExcept, outer, outerExcept) => {
        const roles = [aRole('inner', inner, innerExcept), aRole('outer', outer, outerExcept)];
        const future = new Map([...REGISTRY.keys(), ...FUTURE].map((name, index) => [name, index]));
        expect(isWithin(withPermissionsToCome(REGISTRY, roles), roles)).toBe(isWithin(future, roles));
      }),
      { numRuns: 5_000 },
    );
  });
});
