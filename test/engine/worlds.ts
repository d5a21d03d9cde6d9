import fc from 'fast-check';
import type { Condition } from '../../src/modules/rbac/engine/condition';

/** A small world in plain data: what the engine compiles, and what the oracle reads as it is. */
export interface World {
  /** The parent of each node; node 0 is the root. */
  readonly parents: readonly number[];
  readonly tags: readonly string[];
  readonly owners: readonly (number | null)[];
  /** The members of each group; members below SUBJECTS are subjects, others are earlier groups. */
  readonly groups: readonly (readonly number[])[];
  readonly roles: readonly WorldRole[];
  readonly assignments: readonly WorldAssignment[];
}

export interface WorldRole {
  readonly grants: readonly string[];
  readonly except: readonly string[];
  readonly parent: number | null;
}

export interface WorldAssignment {
  readonly holder: number;
  readonly role: number;
  readonly node: number;
  readonly effect: 'allow' | 'deny';
  readonly condition: Condition | null;
  readonly exempt: readonly number[];
  readonly from: number | null;
  readonly to: number | null;
}

export interface Circumstances {
  readonly ip: string | undefined;
  readonly acr: 'aal1' | 'aal2' | undefined;
  readonly mfaAge: number | null | undefined;
  readonly level: unknown;
}

export const SUBJECTS = 3;
export const GROUPS = 2;
/** Seconds since the epoch; assignments and authentications are placed around it. */
export const NOW = 1_800_000_000;
export const PERMISSIONS = ['a:read', 'a:write', 'a.b:read', 'a.b:write', 'c:read'];
const GRANTS = [...PERMISSIONS, 'a.*:read', 'a.*:*', '*:read', 'c:*'];

const nodes = 7;
const test: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition>(
    { op: 'ip', in: ['10.0.0.0/8', '2001:db8::/32'] },
    { op: 'acr', atLeast: 'aal2' },
    { op: 'acr', atLeast: 'aal1' },
    { op: 'mfaAge', atMost: 300 },
    { op: 'owner' },
    { op: 'eq', attribute: 'resource.tags.class', value: 'red' },
    { op: 'ne', attribute: 'resource.tags.class', value: 'red' },
    { op: 'in', attribute: 'resource.tags.class', values: ['red', 'blue'] },
    { op: 'exists', attribute: 'resource.tags.class' },
    { op: 'gte', attribute: 'context.level', value: 2 },
    { op: 'lt', attribute: 'context.level', value: 2 },
    { op: 'eq', attribute: 'resource.tags.class', value: { attribute: 'context.level' } },
    { op: 'eq', attribute: 'resource.properties.class', value: 'blue' },
  ),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    test,
    fc.record({ op: fc.constant('not' as const), of: tie('condition') }),
    fc.record({
      op: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

const grants = fc.array(fc.constantFrom(...GRANTS), { maxLength: 3 });
export const someTag = fc.constantFrom('red', 'blue', '');
export const someRole: fc.Arbitrary<WorldRole> = fc.record({
  grants,
  except: fc.array(fc.constantFrom(...GRANTS), { maxLength: 1 }),
  parent: fc.option(fc.nat(3)),
});
export const someAssignment: fc.Arbitrary<WorldAssignment> = fc.record({
  holder: fc.nat(SUBJECTS + GROUPS - 1),
  role: fc.nat(3),
  node: fc.nat(nodes - 1),
  effect: fc.oneof(
    { weight: 3, arbitrary: fc.constant('allow' as const) },
    { weight: 1, arbitrary: fc.constant('deny' as const) },
  ),
  condition: fc.option(condition, { freq: 2 }),
  exempt: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(SUBJECTS + GROUPS - 1), { maxLength: 2 }) },
  ),
  from: fc.option(fc.constantFrom(NOW - 10, NOW, NOW + 10), { freq: 2 }),
  to: fc.option(fc.constantFrom(NOW - 5, NOW, NOW + 20), { freq: 2 }),
});

export const someWorld: fc.Arbitrary<World> = fc.record({
  parents: fc.tuple(...Array.from({ length: nodes }, (_, index) => fc.nat(Math.max(0, index - 1)))),
  tags: fc.array(someTag, { minLength: nodes, maxLength: nodes }),
  owners: fc.array(fc.option(fc.nat(SUBJECTS + GROUPS - 1)), { minLength: nodes, maxLength: nodes }),
  groups: fc.tuple(
    fc.uniqueArray(fc.nat(SUBJECTS - 1), { maxLength: 2 }),
    fc.uniqueArray(fc.nat(SUBJECTS), { maxLength: 2 }),
  ),
  roles: fc.array(someRole, { minLength: 4, maxLength: 4 }),
  assignments: fc.array(someAssignment, { maxLength: 8 }),
});

export const someCircumstances: fc.Arbitrary<Circumstances> = fc.record({
  ip: fc.constantFrom('10.1.2.3', '192.0.2.1', '::ffff:10.0.0.1', '2001:db8::1', undefined),
  acr: fc.constantFrom('aal1' as const, 'aal2' as const, undefined),
  mfaAge: fc.constantFrom(0, 300, 301, null, undefined),
  level: fc.constantFrom(1, 2, '2', 'red', true, undefined),
});
