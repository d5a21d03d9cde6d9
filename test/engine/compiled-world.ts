import { CompiledPolicy } from '../../src/modules/rbac/compiled-policy';
import type { AccessRequest } from '../../src/modules/rbac/engine/access-request';
import { nodeFrom } from '../../src/modules/rbac/engine/resource-node';
import type { Facts } from '../../src/modules/rbac/engine/subject';
import { compileSubject } from '../../src/modules/rbac/memory/compile-subject';
import { holdersOf, lineOf } from './oracle';
import { NOW, PERMISSIONS, SUBJECTS, type Circumstances, type World } from './worlds';

const LETTERS = { principal: 'a', node: 'b', role: 'c', assignment: 'd' };

/** Two of a kind begin and end alike, so that no id can be told by its print alone. */
export const idOf = (kind: keyof typeof LETTERS, index: number): string =>
  `00000000-0000-7${String(index >> 1).padStart(3, '0')}-9000-${LETTERS[kind]}${String(index & 1).padStart(11, '0')}`;

/** The engine, or one with a mistake in it. */
export interface EngineModules {
  readonly CompiledPolicy: typeof CompiledPolicy;
  readonly compileSubject: typeof compileSubject;
}

/** The world as the engine knows it. */
export function compiledOf(world: World, modules: EngineModules = { CompiledPolicy, compileSubject }) {
  const bits = new Map(PERMISSIONS.map((name, index) => [name, index * 9 + 1]));
  const roles = world.roles.map(({ grants, except, parent }, index) => ({
    id: idOf('role', index),
    grants,
    except,
    parents: parent !== null && parent < index ? [idOf('role', parent)] : [],
    requiresMfa: false,
  }));
  const policy = new modules.CompiledPolicy(bits, roles, new Map([['a:write', ['a:read']]]));
  const nodes = world.parents.map((_, node) =>
    nodeFrom({
      id: idOf('node', node),
      path: lineOf(node, world).map((index) => idOf('node', index)),
      type: 'thing',
      key: String(node),
      tags: world.tags[node] === '' ? {} : { class: world.tags[node]! },
      ownerId: world.owners[node] === null ? null : idOf('principal', world.owners[node]!),
    }),
  );
  const subjects = Array.from({ length: SUBJECTS }, (_, subject) => {
    const holders = [...new Set(holdersOf(subject, world))];
    return modules.compileSubject(
      {
        id: idOf('principal', subject),
        type: 'user',
        holders: holders.map((holder) => ({
          id: idOf('principal', holder),
          via: holder === subject ? null : idOf('principal', subject),
        })),
        assignments: world.assignments.flatMap((assignment, index) =>
          holders.includes(assignment.holder)
            ? [
                {
                  id: idOf('assignment', index),
                  holderId: idOf('principal', assignment.holder),
                  roleId: idOf('role', assignment.role),
                  effect: assignment.effect,
                  resourceId: idOf('node', assignment.node),
                  condition: assignment.condition,
                  exempt: assignment.exempt.map((id) => idOf('principal', id)),
                  validFrom: assignment.from === null ? null : assignment.from * 1_000,
                  validTo: assignment.to === null ? null : assignment.to * 1_000,
                },
              ]
            : [],
        ),
      },
      policy,
    );
  });
  return { policy, nodes, subjects };
}

export function factsOf(
  { nodes, subjects }: Pick<ReturnType<typeof compiledOf>, 'nodes' | 'subjects'>,
  subject: number,
  node: number,
  permission: string,
  { ip, acr, mfaAge, level }: Circumstances,
): Facts {
  const context: AccessRequest['context'] = {
    ...(ip !== undefined && { ip }),
    ...(acr !== undefined && { acr }),
    ...(mfaAge !== undefined && { mfaAt: mfaAge === null ? null : NOW - mfaAge }),
    ...(level !== undefined && { attributes: { level } }),
  };
  const request = { subject: { type: 'user' as const, id: idOf('principal', subject) }, permission, context };
  return { request, subject: subjects[subject]!, resource: nodes[node]!, now: NOW * 1_000 };
}
