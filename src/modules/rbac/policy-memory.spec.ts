import type { ChangeFeed } from '../../infrastructure/change-feed';
import type { Database } from '../../infrastructure/database';
import type { HeldRole } from './compiled-policy';
import { PolicyMemory } from './policy-memory';
import type { PolicyDefinition, PolicyRepository } from './policy.repository';

const READER: HeldRole = { roleId: 'reader', effect: 'allow' };

const aDefinition = (version: bigint, grants: string[]): PolicyDefinition => ({
  version,
  permissions: new Map([
    ['users:read', 0],
    ['users:delete', 1],
  ]),
  roles: [{ id: 'reader', grants, except: [], parents: [] }],
});

interface Held<T> {
  answer(value: T): void;
}

/** Answers each read when the test says so. */
class FakePolicies {
  readonly policyReads: Held<PolicyDefinition>[] = [];
  readonly roleReads: Held<HeldRole[]>[] = [];

  read(): Promise<PolicyDefinition> {
    return new Promise((answer) => this.policyReads.push({ answer }));
  }

  findRolesOf(): Promise<HeldRole[]> {
    return new Promise((answer) => this.roleReads.push({ answer }));
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

describe('PolicyMemory', () => {
  it('reads a principal once, for all who ask meanwhile, and answers synchronously from then on', async () => {
    const { memory, policies } = await aMemory();
    const mayRead = memory.isAllowed('ada', 'users:read');
    const mayDelete = memory.isAllowed('ada', 'users:delete');
    policies.roleReads[0]!.answer([READER]);

    expect(await mayRead).toBe(true);
    expect(await mayDelete).toBe(false);
    expect(memory.isAllowed('ada', 'users:read')).toBe(true);
    expect(memory.isAllowed('ada', 'users:delete')).toBe(false);
    expect(policies.roleReads).toHaveLength(1);
  });

  it('does not keep a read that a change has overtaken', async () => {
    const { memory, policies } = await aMemory();
    const early = memory.isAllowed('ada', 'users:read');
    await memory.refresh('policy.assignments', ['ada']);
    const late = memory.isAllowed('ada', 'users:read');
    policies.roleReads[1]!.answer([]);
    policies.roleReads[0]!.answer([READER]);

    expect(await early).toBe(true);
    expect(await late).toBe(false);
    expect(memory.isAllowed('ada', 'users:read')).toBe(false);
  });

  it('asks again after a failed read', async () => {
    const { memory, policies } = await aMemory();
    const findRolesOf = policies.findRolesOf.bind(policies);
    policies.findRolesOf = () => Promise.reject(new Error('connection lost'));
    await expect(memory.isAllowed('ada', 'users:read')).rejects.toThrow('connection lost');
    policies.findRolesOf = findRolesOf;
    const answer = memory.isAllowed('ada', 'users:read');
    policies.roleReads[0]!.answer([READER]);

    expect(await answer).toBe(true);
  });

  it('applies an edited role to principals that it knows, without reading them again', async () => {
    const { memory, policies } = await aMemory();
    const first = memory.isAllowed('ada', 'users:read');
    policies.roleReads[0]!.answer([READER]);
    await first;
    const refreshed = memory.refresh('policy.roles', ['reader']);
    policies.policyReads[1]!.answer(aDefinition(2n, ['users:delete']));
    await refreshed;

    expect(memory.isAllowed('ada', 'users:read')).toBe(false);
    expect(memory.isAllowed('ada', 'users:delete')).toBe(true);
    expect(policies.roleReads).toHaveLength(1);
  });

  it('keeps the later of two policies when the reads end in the wrong order', async () => {
    const { memory, policies } = await aMemory();
    const refreshes = [memory.refresh('policy.roles', []), memory.refresh('policy.roles', [])];
    policies.policyReads[2]!.answer(aDefinition(3n, ['users:delete']));
    policies.policyReads[1]!.answer(aDefinition(2n, ['users:read']));
    await Promise.all(refreshes);
    const permissions = memory.permissionsOf('ada');
    policies.roleReads[0]!.answer([READER]);

    expect(await permissions).toEqual(['users:delete']);
  });

  it('does not keep what it read inside of a transaction, which may be rolled back', async () => {
    const { memory, policies } = await aMemory({ inTransaction: true });
    const inside = memory.isAllowed('ada', 'users:read');
    policies.roleReads[0]!.answer([READER]);
    expect(await inside).toBe(true);
    const after = memory.isAllowed('ada', 'users:read');
    policies.roleReads[1]!.answer([]);

    expect(await after).toBe(false);
  });
});
