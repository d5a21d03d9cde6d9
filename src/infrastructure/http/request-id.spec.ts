import { validate, version } from 'uuid';
import { newRequestId } from './request-id';

describe('newRequestId', () => {
  it('makes UUIDs of version 7 that carry the time and are never the same', () => {
    const before = Date.now();
    const ids = Array.from({ length: 1_000 }, newRequestId);
    const after = Date.now();
    expect(ids.filter((id) => !validate(id) || version(id) !== 7)).toEqual([]);
    expect(new Set(ids).size).toBe(1_000);
    const times = ids.map((id) => parseInt(id.replace('-', '').slice(0, 12), 16));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(before);
    expect(Math.max(...times)).toBeLessThanOrEqual(after);
  });
});
