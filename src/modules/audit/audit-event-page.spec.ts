import { pageStatement } from './audit-event-page';

const after = { at: '2026-11-01T00:00:00.000001Z', id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' };

describe('pageStatement', () => {
  it('passes values as parameters, never as text', () => {
    const { statement, values } = pageStatement({ target: `' OR 1=1 --`, action: '$&' }, after, 50);

    expect(statement.text).not.toContain('1=1');
    expect(statement.text).toContain('target_id = $1::text AND action = $2::text');
    expect(values).toEqual([`' OR 1=1 --`, '$&', after.at, after.id, 50]);
  });
});
