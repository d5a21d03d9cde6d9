import { readUserPermissionPairs } from './user-permission-pairs';

describe('user-permission pairs', () => {
  it('become one role for each set of permissions', () => {
    const { policy, roleOfUser } = readUserPermissionPairs(
      'ada 1\nbob 2\nada 2\r\ncy 2\n\ncy 1\ncy 1\n',
      'hp',
    );
    expect(policy.permissions.map(({ name }) => name)).toEqual(['hp:1', 'hp:2']);
    expect(policy.roles.map(({ grants }) => grants)).toEqual([['hp:1', 'hp:2'], ['hp:2']]);
    expect(roleOfUser.get('ada')).toBe(roleOfUser.get('cy'));
    expect(roleOfUser.get('bob')).toBe(policy.roles[1]?.name);
  });

  it('keep apart what differs in case, and spell what has a meaning of its own here', () => {
    const { policy } = readUserPermissionPairs('ada Read\nada read\nada *\n', 'hp');
    expect(policy.permissions).toEqual([
      { name: 'hp:%52ead', originalName: 'Read' },
      { name: 'hp:read', originalName: 'read' },
      { name: 'hp:%2a', originalName: '*' },
    ]);
  });

  it('are refused with the line that is none', () => {
    expect(() => readUserPermissionPairs('ada 1\nbob\n', 'hp')).toThrow('Line 2');
    expect(() => readUserPermissionPairs('ada 1 2\n', 'hp')).toThrow('Line 1');
  });
});
