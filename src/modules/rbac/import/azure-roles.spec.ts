import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRANT_PATTERN } from '../grant-pattern';
import { readAzureRoles } from './azure-roles';

const FILE = join(__dirname, '../../../../test/fixtures/import/roles.json');
const policy = readAzureRoles(JSON.parse(readFileSync(FILE, 'utf8')), 'example');
const grantsOf = (role: string) => policy.roles.find(({ name }) => name === `example/${role}`)?.grants;

describe('role definitions in the shape of Azure', () => {
  it('keep every concrete name of a plane once, without regard to case, as it was first written', () => {
    const originals = policy.permissions.map(({ originalName }) => originalName);
    expect(originals).toContain('Example.Store/vaults/read');
    expect(originals).toContain('Example.Store/vaults/read ');
    expect(originals.filter((name) => name.toLowerCase() === 'example.store/vaults/read')).toEqual([
      'Example.Store/vaults/read',
      'Example.Store/vaults/Read',
    ]);
    expect(originals.some((name) => name.includes('*'))).toBe(false);
  });

  it('give every permission a name of ours that says the same', () => {
    const nameOf = new Map(policy.permissions.map(({ originalName, name }) => [originalName, name]));
    expect(nameOf.get('Example.Store/vaults/labels:analyze/action')).toBe(
      'example.action:example.store/vaults/labels:analyze/action',
    );
    expect(nameOf.get('Example.Store/vaults/{operationName}/read')).toBe(
      'example.action:example.store/vaults/{operationname}/read',
    );
    expect(nameOf.get('Example.Store/vaults/read ')).toBe('example.action:example.store/vaults/read%20');
    expect(nameOf.get('Example.Store/vaults/50%/read')).toBe(
      'example.data-action:example.store/vaults/50%25/read',
    );
    const names = policy.permissions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !GRANT_PATTERN.test(name))).toEqual([]);
  });

  it('expand wildcards against their own plane only', () => {
    expect(grantsOf('Reader')).toEqual([
      'example.action:example.authorization/roles/read',
      'example.action:example.store/vaults/read',
      'example.action:example.store/vaults/{operationname}/read',
    ]);
  });

  it('subtract without regard to case', () => {
    expect(grantsOf('Contributor')).not.toContain('example.action:example.authorization/roles/write');
    expect(grantsOf('Contributor')).not.toContain('example.action:example.authorization/roles/delete');
    expect(grantsOf('Contributor')).toContain('example.action:example.authorization/roles/read');
    expect(grantsOf('Nothing')).toEqual([]);
  });

  it('subtract within one permission object, and unite the objects', () => {
    const grants = grantsOf('Two objects, of which one gives back what the other excepts');
    expect(grants).toContain('example.action:example.store/vaults/secrets/delete');
    expect(grants?.filter((name) => name.startsWith('example.data-action:'))).toEqual([
      'example.data-action:example.store/vaults/50%25/read',
      'example.data-action:example.store/vaults/read',
      'example.data-action:example.store/vaults/secrets/read',
    ]);
  });

  it('are refused where they have another shape', () => {
    expect(() => readAzureRoles([{ roleName: 'x', permissions: [{ actions: 'all' }] }], 'example')).toThrow();
  });
});
