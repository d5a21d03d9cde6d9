import fc from 'fast-check';
import type * as Decide from '../../src/modules/rbac/engine/decide';
import { compiledOf, factsOf, type EngineModules } from './compiled-world';
import { answer } from './oracle';
import { PERMISSIONS, someCircumstances, someWorld, SUBJECTS } from './worlds';
import { MutatedEngine, type Mutation } from './mutated-engine';

const mutation = (file: string, from: string, to: string): Mutation => ({ file, from, to });
const DECIDE = 'engine/decide';
const EVALUATE = 'engine/evaluate-condition';
const POLICY = 'compiled-policy';
const SUBJECT = 'memory/compile-subject';
const NODE = 'engine/resource-node';

/** Mistakes that somebody could make, one at a time. */
const MUTATIONS: readonly Mutation[] = [
  mutation(DECIDE, 'truth !== false && !assignment.exempt', 'truth === true && !assignment.exempt'),
  mutation(DECIDE, 'truth !== false && !assignment.exempt', 'truth !== false'),
  mutation(DECIDE, 'truth !== false && !assignment.exempt', 'truth !== false && assignment.exempt'),
  mutation(DECIDE, '!assignment.exempt) return DENIED', '!assignment.exempt) verdict = DENIED'),
  mutation(DECIDE, '!assignment.exempt) return DENIED', '!assignment.exempt) return NOT_ALLOWED'),
  mutation(DECIDE, 'else if (truth === true)', 'else if (truth !== false)'),
  mutation(DECIDE, 'else if (truth === true)', 'else'),
  mutation(DECIDE, '(truth === true) verdict = ALLOWED', '(truth === true) return ALLOWED'),
  mutation(DECIDE, 'if (!liesIn(', 'if (liesIn('),
  mutation(DECIDE, '|| !isLive(assignment, facts.now)', ''),
  mutation(DECIDE, '!concerns(assignment, bit) ||', ''),
  mutation(DECIDE, 'window.from <= now', 'window.from < now'),
  mutation(DECIDE, 'now < window.to', 'now <= window.to'),
  mutation(DECIDE, 'window.from <= now && now < window.to', 'now < window.to'),
  mutation(DECIDE, 'window.from <= now && now < window.to', 'window.from <= now'),
  mutation(DECIDE, "effect === 'allow' ? role.grants : role.denies", 'role.grants'),
  mutation(DECIDE, "effect === 'allow' ? role.grants : role.denies", 'role.denies'),
  mutation(
    DECIDE,
    'const nodeId of pathOf(facts.resource)',
    'const nodeId of pathOf(facts.resource).slice(-1)',
  ),
  mutation(
    DECIDE,
    'const nodeId of pathOf(facts.resource)',
    'const nodeId of pathOf(facts.resource).slice(1)',
  ),
  mutation(
    DECIDE,
    'const nodeId of pathOf(facts.resource)',
    'const nodeId of pathOf(facts.resource).slice(0, -1)',
  ),
  mutation(DECIDE, 'if (!liesIn(facts.resource, assignment.resourceId, assignment.print)) continue;', ''),
  mutation(DECIDE, 'if (verdict === DENIED) return DENIED;', ''),
  mutation(DECIDE, 'weigh(here, verdict, bit, facts)', 'weigh(here, NOT_ALLOWED, bit, facts)'),
  mutation(
    DECIDE,
    'if (!facts.subject.asksForAuthentication) return undefined;',
    'if (facts.subject.asksForAuthentication) return undefined;',
  ),
  mutation(DECIDE, 'relevant.length === 0', 'relevant.length === 1'),
  mutation(DECIDE, "acr: 'aal2'", "acr: 'aal1'"),
  mutation(DECIDE, 'mfaAt: Math.floor(now / 1_000)', 'mfaAt: 0'),
  mutation(DECIDE, '!== ALLOWED) return undefined', '=== ALLOWED) return undefined'),
  mutation(EVALUATE, 'if (next === !identity) return next', 'if (next === identity) return next'),
  mutation(EVALUATE, 'if (next === null) verdict = null', ''),
  mutation(EVALUATE, 'let verdict: TruthValue = identity', 'let verdict: TruthValue = null'),
  mutation(EVALUATE, "condition.op === 'all'", "condition.op === 'any'"),
  mutation(EVALUATE, 'verdict === null ? null : !verdict', '!verdict'),
  mutation(EVALUATE, 'verdict === null ? null : !verdict', 'verdict'),
  mutation(EVALUATE, 'context.acr === undefined ? null', 'context.acr === undefined ? false'),
  mutation(EVALUATE, 'context.acr >= test.atLeast', 'context.acr > test.atLeast'),
  mutation(EVALUATE, 'if (mfaAt === undefined) return null', 'if (mfaAt === undefined) return false'),
  mutation(
    EVALUATE,
    'mfaAt !== null && now / 1_000 - mfaAt <= atMost',
    'mfaAt !== null && now / 1_000 - mfaAt < atMost',
  ),
  mutation(EVALUATE, 'mfaAt !== null && now', 'mfaAt === null || now'),
  mutation(
    EVALUATE,
    'facts.resource.ownerId !== null && facts.subject.holders.has',
    'facts.resource.ownerId === null || facts.subject.holders.has',
  ),
  mutation(
    EVALUATE,
    'facts.subject.holders.has(facts.resource.ownerId)',
    'facts.subject.id === facts.resource.ownerId',
  ),
  mutation(EVALUATE, 'value !== undefined && value !== null', 'value === undefined || value === null'),
  mutation(EVALUATE, '!isScalar(left) || typeof left !== typeof right', '!isScalar(left)'),
  mutation(EVALUATE, "if (op === 'ne') return left !== right", "if (op === 'ne') return left === right"),
  mutation(EVALUATE, "if (op === 'eq') return left === right", "if (op === 'eq') return left !== right"),
  mutation(EVALUATE, 'return left < right', 'return left <= right'),
  mutation(EVALUATE, 'return left >= right', 'return left > right'),
  mutation(EVALUATE, 'isScalar(value) ? values.includes(value) : null', 'values.includes(value)'),
  mutation(
    'engine/attributes',
    'own(resource.tags, name) ?? own(request.resourceProperties, name)',
    'own(request.resourceProperties, name)',
  ),
  mutation(
    'engine/attributes',
    'Object.hasOwn(properties, name) ? properties[name] : undefined',
    'Object.hasOwn(properties, name) ? undefined : properties[name]',
  ),
  mutation('engine/networks', "family === 4 ? 'ipv4' : 'ipv6')", "family === 4 ? 'ipv6' : 'ipv4')"),
  mutation('engine/networks', 'family === 0) return null', 'family === 0) return false'),
  mutation(POLICY, 'this.implications.addTo(grants);', ''),
  mutation(POLICY, 'grants.unite(this.roleOf(parent).grants)', 'grants.unite(this.nothing)'),
  mutation(POLICY, 'named.unite(parent.denies)', 'named.unite(this.nothing)'),
  mutation(POLICY, "for (const grant of except) this.apply(grant, named, 'subtract');", ''),
  mutation(
    POLICY,
    "this.implications.addTo(grants);\n    for (const grant of definition.except) this.apply(grant, grants, 'subtract');",
    'this.implications.addTo(grants);',
  ),
  mutation(
    POLICY,
    '{ grants, denies: named, isReadable: true }',
    '{ grants, denies: grants, isReadable: true }',
  ),
  mutation('grant-pattern', "action === '*' || action === wantedAction", 'action === wantedAction'),
  mutation('grant-pattern', 'resource === base || ', ''),
  mutation('grant-pattern', 'resource.startsWith(`${base}.`)', 'resource.startsWith(`${base}:`)'),
  mutation(
    'permission-set',
    '(this.words[bit >>> 5] ?? 0) & (1 << (bit & 31))',
    '(this.words[bit >>> 5] ?? 0) & (1 << (bit & 30))',
  ),
  mutation(SUBJECT, "effect === 'deny' && row.exempt", "effect === 'allow' && row.exempt"),
  mutation(SUBJECT, 'holders.has(principalId)', 'principalId === holderId'),
  mutation(SUBJECT, 'validFrom ?? -Infinity', '-Infinity'),
  mutation(SUBJECT, 'validTo ?? Infinity', 'Infinity'),
  mutation(SUBJECT, 'validTo ?? Infinity', 'validTo ?? -Infinity'),
  mutation(SUBJECT, 'validFrom === null && validTo === null', 'validFrom === null || validTo === null'),
  mutation(
    SUBJECT,
    'condition === null ? null : compileCondition',
    'condition !== null ? null : compileCondition',
  ),
  mutation(NODE, 'if (node.print === print && node.id === id) return true;', ''),
  mutation(NODE, 'prints[index] === print && ids[index] === id', 'prints[index] === print'),
  mutation(NODE, 'prints[index] === print && ids[index] === id', 'ids[index] !== id'),
  mutation(NODE, 'let index = 0', 'let index = 1'),
  mutation(NODE, 'index < prints.length', 'index < prints.length - 1'),
  mutation(SUBJECT, 'row.condition === null ? null', 'row.condition !== null ? null'),
  mutation(SUBJECT, 'else others.push(held)', ''),
];

const SAMPLE = fc
  .sample(fc.tuple(someWorld, someCircumstances), { numRuns: 600, seed: 20261124 })
  .map(([world, circumstances]) => ({
    world,
    circumstances,
    questions: Array.from({ length: SUBJECTS }, (_, subject) => subject).flatMap((subject) =>
      world.parents.flatMap((_, node) =>
        PERMISSIONS.map((permission) => {
          const question = { subject, node, permission };
          return { ...question, expected: answer({ world, circumstances, ...question }) };
        }),
      ),
    ),
  }));

/** Whether the engine with this mistake ever answers otherwise than the law. */
function isFound(engine: MutatedEngine): boolean {
  const modules = {
    CompiledPolicy: (engine.load(POLICY) as EngineModules).CompiledPolicy,
    compileSubject: (engine.load(SUBJECT) as EngineModules).compileSubject,
  };
  const { decide } = engine.load(DECIDE) as typeof Decide;
  return SAMPLE.some(({ world, circumstances, questions }) => {
    try {
      const compiled = compiledOf(world, modules);
      return questions.some(({ subject, node, permission, expected }) => {
        const facts = factsOf(compiled, subject, node, permission, circumstances);
        return decide(compiled.policy.bitOf(permission) ?? -1, facts).basis !== expected;
      });
    } catch {
      return true;
    }
  });
}

describe('a mistake in the engine', () => {
  it('is the only difference that the search reacts to', () => {
    expect(isFound(new MutatedEngine())).toBe(false);
  });

  it('is found by random worlds, in 95 of 100 cases at least', () => {
    const missed = MUTATIONS.filter((mistake) => !isFound(new MutatedEngine(mistake)));
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(50);
    expect(missed.length / MUTATIONS.length <= 0.05 ? [] : missed).toEqual([]);
  });
});
