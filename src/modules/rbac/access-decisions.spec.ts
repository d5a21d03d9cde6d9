import type { ChangeFeed } from '../../infrastructure/change-feed';
import { AccessDecisions } from './access-decisions';
import type { HeldRole } from './compiled-policy';
import type { PolicyMemory } from './policy-memory';
import type { PolicyRepository } from './policy.repository';

const memory = {
  isAllowed: () => true,
  permissionsOf: () => Promise.resolve(['users:delete']),
} as unknown as PolicyMemory;

const policies = {
  read: () =>
    Promise.resolve({
      version: 2n,
      permissions: new Map([
        ['users:read', 0],
        ['users:delete', 1],
      ]),
      roles: [{ id: 'reader', grants: ['users:read'], except: [], parents: [] }],
    }),
  findRolesOf: (): Promise<HeldRole[]> => Promise.resolve([{ roleId: 'reader', effect: 'allow' }]),
} as unknown as PolicyRepository;

const decisions = (isFresh: boolean, repository = policies) =>
  new AccessDecisions(memory, { isFresh: () => isFresh } as ChangeFeed, repository);

describe('AccessDecisions', () => {
  it('trusts memory while the change feed is fresh', async () => {
    expect(decisions(true).isAllowed('ada', 'users:delete')).toBe(true);
    expect(await decisions(true).effectivePermissions('ada')).toEqual(['users:delete']);
  });

  it('reads PostgreSQL once it is not', async () => {
    expect(await decisions(false).isAllowed('ada', 'users:delete')).toBe(false);
    expect(await decisions(false).isAllowed('ada', 'users:read')).toBe(true);
    expect(await decisions(false).effectivePermissions('ada')).toEqual(['users:read']);
  });

  it('fails rather than decides when PostgreSQL is down as well', async () => {
    const down = {
      read: () => Promise.reject(new Error('connection refused')),
    } as unknown as PolicyRepository;
    await expect(decisions(false, down).isAllowed('ada', 'users:read')).rejects.toThrow('connection refused');
  });
});
