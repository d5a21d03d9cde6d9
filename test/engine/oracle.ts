import type { Condition } from '../../src/modules/rbac/engine/condition';
import { NOW, SUBJECTS, type Circumstances, type World, type WorldAssignment } from './worlds';

/** The law once more, literally, slowly, and without a line of the engine. */
type Kleene = 'yes' | 'no' | 'unknown';

interface Question {
  readonly world: World;
  readonly subject: number;
  readonly permission: string;
  readonly node: number;
  readonly circumstances: Circumstances;
}

export function answer(question: Question): 'allowed' | 'denied' | 'challenge' | 'not_allowed' {
  const plain = judge(question);
  if (plain === 'allowed') return plain;
  const { world, circumstances } = question;
  const fresh = judge({ ...question, circumstances: { ...circumstances, acr: 'aal2', mfaAge: 0 } });
  return fresh === 'allowed' && world.assignments.length > 0 ? 'challenge' : plain;
}

export function judge(question: Question): 'allowed' | 'denied' | 'not_allowed' {
  const applying = question.world.assignments.filter((assignment) => applies(assignment, question));
  if (applying.some(({ effect }) => effect === 'deny')) return 'denied';
  return applying.length > 0 ? 'allowed' : 'not_allowed';
}

export function applies(assignment: WorldAssignment, question: Question): boolean {
  const { world, subject, node, permission } = question;
  const { holder, role, effect, exempt, from, to, condition } = assignment;
  if (!holdersOf(subject, world).includes(holder)) return false;
  if (!lineOf(node, world).includes(assignment.node)) return false;
  if (!names(role, permission, effect, world)) return false;
  if ((from !== null && NOW < from) || (to !== null && NOW >= to)) return false;
  if (effect === 'deny' && exempt.some((id) => holdersOf(subject, world).includes(id))) return false;
  const truth = condition === null ? 'yes' : truthOf(condition, question);
  return effect === 'deny' ? truth !== 'no' : truth === 'yes';
}

export function holdersOf(member: number, world: World): number[] {
  const above = world.groups.flatMap((members, index) =>
    members.includes(member) ? [SUBJECTS + index] : [],
  );
  return [member, ...above.flatMap((group) => holdersOf(group, world))];
}

export function lineOf(node: number, world: World): number[] {
  return node === 0 ? [0] : [...lineOf(world.parents[node]!, world), node];
}

/** What a role names is what a denial takes; an allowance gives what `a:write` implies as well. */
function names(role: number, permission: string, effect: 'allow' | 'deny', world: World): boolean {
  const { grants, except, parent } = world.roles[role]!;
  const isNamed = (name: string): boolean =>
    !except.some((pattern) => matches(pattern, name)) &&
    (grants.some((pattern) => matches(pattern, name)) ||
      (parent !== null && parent < role && names(parent, name, effect, world)));
  if (isNamed(permission)) return true;
  const isImplied = effect === 'allow' && permission === 'a:read' && isNamed('a:write');
  return isImplied && !except.some((pattern) => matches(pattern, permission));
}

function matches(pattern: string, permission: string): boolean {
  const source = pattern
    .replaceAll('.', '\\.')
    .replace(/^\*:/, '[^:]+:')
    .replace('\\.*:', '(\\..+)?:')
    .replace(/:\*$/, ':.+');
  return new RegExp(`^${source}$`).test(permission);
}

function truthOf(condition: Condition, question: Question): Kleene {
  const { world, node, subject, circumstances } = question;
  const tag = world.tags[node] === '' ? undefined : world.tags[node];
  const known = (claim: boolean): Kleene => (claim ? 'yes' : 'no');
  switch (condition.op) {
    case 'not':
      return ({ yes: 'no', no: 'yes', unknown: 'unknown' } as const)[truthOf(condition.of, question)];
    case 'all':
    case 'any': {
      const parts = condition.of.map((child) => truthOf(child, question));
      const decisive = condition.op === 'all' ? 'no' : 'yes';
      if (parts.includes(decisive)) return decisive;
      return parts.includes('unknown') ? 'unknown' : decisive === 'no' ? 'yes' : 'no';
    }
    case 'ip':
      return circumstances.ip === undefined ? 'unknown' : known(circumstances.ip !== '192.0.2.1');
    case 'acr':
      if (circumstances.acr === undefined) return 'unknown';
      return known(circumstances.acr === 'aal2' || condition.atLeast === 'aal1');
    case 'mfaAge':
      if (circumstances.mfaAge === undefined) return 'unknown';
      return known(circumstances.mfaAge !== null && circumstances.mfaAge <= condition.atMost);
    case 'owner':
      return known(holdersOf(subject, world).some((holder) => holder === world.owners[node]));
    case 'exists':
      return known(tag !== undefined);
    case 'in':
      return tag === undefined ? 'unknown' : known(condition.values.includes(tag));
    case 'gte':
    case 'lt': {
      const { level } = circumstances;
      if (typeof level !== 'number') return 'unknown';
      return known(condition.op === 'gte' ? level >= 2 : level < 2);
    }
    case 'eq':
    case 'ne': {
      const other = typeof condition.value === 'object' ? circumstances.level : condition.value;
      if (tag === undefined || typeof other !== 'string') return 'unknown';
      return known(condition.op === 'eq' ? tag === other : tag !== other);
    }
    case 'lte':
    case 'gt':
    case 'time':
      throw new Error(`The worlds have no ${condition.op}`);
  }
}
