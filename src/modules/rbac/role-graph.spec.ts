import type { RoleDefinition } from './compiled-policy';
import { RoleGraph } from './role-graph';

const aRole = (id: string, ...parents: string[]): RoleDefinition => ({
  id,
  grants: [],
  except: [],
  parents,
  requiresMfa: false,
});

describe('RoleGraph', () => {
  it('tells a diamond from a cycle', () => {
    const diamond = [
      aRole('top'),
      aRole('left', 'top'),
      aRole('right', 'top'),
      aRole('bottom', 'left', 'right'),
    ];
    expect(new RoleGraph(diamond).inheritsFromItself('bottom')).toBe(false);
    expect(new RoleGraph([...diamond.slice(1), aRole('top', 'bottom')]).inheritsFromItself('top')).toBe(true);
  });

  it('finds heirs at any distance', () => {
    const graph = new RoleGraph([aRole('a'), aRole('b', 'a'), aRole('c', 'b'), aRole('d')]);
    expect(graph.heirsOf('a').sort()).toEqual(['b', 'c']);
  });

  it('measures the longest line through a role, both ways', () => {
    const graph = new RoleGraph([aRole('a'), aRole('b', 'a'), aRole('c', 'a', 'b'), aRole('d', 'c')]);
    expect(graph.lineLength('b', 16)).toBe(4);
  });

  it('ends its measuring on a cycle', () => {
    expect(new RoleGraph([aRole('a', 'b'), aRole('b', 'a')]).lineLength('a', 16)).toBeGreaterThan(16);
  });
});
