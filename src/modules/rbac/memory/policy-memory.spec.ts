import type { ChangeFeed } from '../../../infrastructure/change-feed';
import type { Database } from '../../../infrastructure/database';
import type { Subject } from '../engine/subject';
import type { PolicyDefinition, PolicyRepository } from '../policy.repository';
import type { SubjectRow } from './compile-subject';
import { PolicyMemory } from './policy-memory';

const aDefinition = (version: bigint, grants: string[]): PolicyDefinition => ({
  version,
  permissions: new Map([
    ['users:read', 0],
    ['users:delete', 1],
  ]),
  implied: new Map(),
  roles: [{ id: 'reader', grants, except: [], parents: [], requiresMfa: false }],
});

const aRow = (holderId?: string): SubjectRow => ({
  id: 'ada',
  type: 'user',
  holders: [
    { id: 'ada', via: null },
    { id: 'staff', via: 'ada' },
  ],
  assignments:
    holderId === undefined
      ? []
      : [
          {
            id: 'assignment',
            holderId,
            roleId: 'reader',
            effect: 'allow',
            resourceId: 'root',
            condition: null,
            exempt: [],
            validFrom: null,
            validTo: null,
          },
        ],
});

interface Held<T> {
  answer(value: T): void;
  fail(error: Error): void;
}

const held = <T>(reads: Held<T>[]): Promise<T> =>
  new Promise((answer, fail) => {
    reads.push({ answer, fail });
  });

/** Answers each read when the test says so. */
class FakePolicies {
  readonly policyReads: Held<PolicyDefinition>[] = [];
  readonly roleReads: Held<Pick<PolicyDefinition, 'version' | 'roles'>>[] = [];
  readonly subjectReads: Held<SubjectRow | null>[] = [];
  nodeReads = 0;

  read = (): Promise<PolicyDefinition> => held(this.policyReads);
  readRoles = (): Promise<Pick<PolicyDefinition, 'version' | 'roles'>> => held(this.roleReads);
  findSubject = (): Promise<SubjectRow | null> => held(this.subjectReads);

  findNode(id: string) {
    this.nodeReads++;
    return Promise.resolve({
      id,
      path: ['root', 'parent', id],
      type: 'table',
      key: id,
      tags: {},
      ownerId: null,
    });
  }
}

async function aMemory({ inTransaction = false } = {}) {
  const policies = new FakePolicies();
  const database = { isInTransaction: () => inTransaction };
  const memory = new PolicyMemory(
    policies as unknown as PolicyRepository,
    database as Database,
    { subscribe: () => undefined } as unknown as ChangeFeed,
  );
  const rebuilt = memory.rebuild();
  policies.policyReads[0]!.answer(aDefinition(1n, ['users:read']));
  await rebuilt;
  return { memory, policies };
}

const names = (memory: PolicyMemory, subject: Subject | null | Promise<Subject | null>): string[] => {
  if (subject instanceof Promise) throw new Error('not in memory');
  const [assignment] = [...(subject?.assignments.values() ?? [])].flat();
  return assignment === undefined ? [] : memory.policy.namesIn(assignment.role.grants);
};

const known = async ({ memory, policies }: Awaited<ReturnType<typeof aMemory>>): Promise<void> => {
  const reading = memory.subject('ada');
  policies.subjectReads.at(-1)!.answer(aRow('ada'));
  await reading;
};

describe('PolicyMemory', () => {
  it('reads a principal once, for all who ask meanwhile, and answers synchronously from then on', async () => {
    const { memory, policies } = await aMemory();
    const both = [memory.subject('ada'), memory.subject('ada')].map((found) => Promise.resolve(found));
    policies.subjectReads[0]!.answer(aRow('ada'));
    const [one, two] = await Promise.all(both);

    expect(one).toBe(two);
    expect(memory.subject('ada')).toBe(one);
    expect(policies.subjectReads).toHaveLength(1);
  });

  it.each([
    ['policy.assignments', 'ada'],
    ['policy.assignments', 'staff'],
    ['policy.groups', 'staff'],
  ] as const)('does not keep a read that a change of %s of %s has overtaken', async (kind, key) => {
    const { memory, policies } = await aMemory();
    const early = memory.subject('ada');
    await memory.refresh(kind, [key]);
    const late = memory.subject('ada');
    policies.subjectReads[1]!.answer(aRow());
    policies.subjectReads[0]!.answer(aRow('ada'));
    await Promise.all([early, late]);

    expect(names(memory, memory.subject('ada'))).toEqual([]);
  });

  it.each([
    ['policy.assignments', 'ada', true],
    ['policy.groups', 'staff', true],
    ['policy.assignments', 'bob', false],
  ] as const)('reads again what %s of %s concerns: %s', async (kind, key, isForgotten) => {
    const process = await aMemory();
    await known(process);
    await process.memory.refresh(kind, [key]);
    expect(process.memory.subject('ada') instanceof Promise).toBe(isForgotten);
  });

  it('keeps nothing of principals that do not exist', async () => {
    const { memory, policies } = await aMemory();
    for (const round of [0, 1]) {
      const reading = memory.subject('nobody');
      policies.subjectReads[round]!.answer(null);
      expect(await reading).toBeNull();
    }
  });

  it('asks again after a failed read', async () => {
    const { memory, policies } = await aMemory();
    const failing = memory.subject('ada');
    policies.subjectReads[0]!.fail(new Error('connection lost'));
    await expect(failing).rejects.toThrow('connection lost');
    const reading = memory.subject('ada');
    policies.subjectReads[1]!.answer(aRow('ada'));
    await reading;

    expect(names(memory, memory.subject('ada'))).toEqual(['users:read']);
  });

  it('applies an edited role to principals that it knows, without reading them again', async () => {
    const process = await aMemory();
    const { memory, policies } = process;
    await known(process);
    const refreshed = memory.refresh('policy.roles', ['reader']);
    policies.roleReads[0]!.answer({ version: 2n, roles: aDefinition(2n, ['users:delete']).roles });
    await refreshed;

    expect(names(memory, memory.subject('ada'))).toEqual(['users:delete']);
  });

  it('keeps the later of two roles, and of two policies, when the reads end in the wrong order', async () => {
    const process = await aMemory();
    const { memory, policies } = process;
    await known(process);
    const edits = [memory.refresh('policy.roles', ['reader']), memory.refresh('policy.roles', ['reader'])];
    policies.roleReads[1]!.answer({ version: 3n, roles: aDefinition(3n, ['users:delete']).roles });
    policies.roleReads[0]!.answer({ version: 2n, roles: aDefinition(2n, []).roles });
    await Promise.all(edits);
    expect(names(memory, memory.subject('ada'))).toEqual(['users:delete']);

    const reads = [memory.refresh('policy.roles', []), memory.refresh('policy.roles', [])];
    policies.policyReads[2]!.answer(aDefinition(5n, ['users:*']));
    policies.policyReads[1]!.answer(aDefinition(4n, []));
    await Promise.all(reads);
    await known(process);
    expect(names(memory, memory.subject('ada'))).toEqual(['users:delete', 'users:read']);
  });

  it('reads again the nodes below one that changed', async () => {
    const { memory, policies } = await aMemory();
    await memory.node('table');
    await memory.refresh('policy.resources', ['elsewhere']);
    expect(memory.node('table')).toMatchObject({ id: 'table' });
    await memory.refresh('policy.resources', ['parent']);
    await memory.node('table');
    expect(policies.nodeReads).toBe(2);
  });

  it('knows a version once it knows all before it', async () => {
    const { memory } = await aMemory();
    await memory.refresh('policy.version', ['3']);
    expect(memory.version).toBe(1n);
    await memory.refresh('policy.version', ['2']);
    expect(memory.version).toBe(3n);
  });

  it('does not keep what it read inside of a transaction, which may be rolled back', async () => {
    const { memory, policies } = await aMemory({ inTransaction: true });
    const inside = memory.subject('ada');
    policies.subjectReads[0]!.answer(aRow('ada'));
    await inside;
    expect(memory.subject('ada') instanceof Promise).toBe(true);
  });
});
