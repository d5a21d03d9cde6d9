import { Generations } from './generations';

const value = (name: string): { name: string } => ({ name });

function filled(max: number, names: readonly string[]): Generations<{ name: string }> {
  const generations = new Generations<{ name: string }>(max);
  for (const name of names) generations.set(name, value(name));
  return generations;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n}`);

describe('Generations', () => {
  it('keeps at most so many, those of lately', () => {
    const generations = filled(10, names(100));
    const kept = names(100).filter((name) => generations.get(name) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(filled(10, names(100)).get('95')).toEqual(value('95'));
    expect(filled(10, names(100)).get('89')).toBeUndefined();
  });

  it('keeps what is in use, whatever else comes and goes', () => {
    const generations = filled(10, ['used']);
    for (const name of names(100)) {
      generations.set(name, value(name));
      expect(generations.get('used')).toEqual(value('used'));
    }
  });

  it('answers the newest value of a key, of whatever generation the others are', () => {
    const generations = filled(4, ['a', 'b', 'c']);
    const newest = value('newest');
    generations.set('a', newest);
    expect(generations.get('a')).toBe(newest);
    for (const name of ['d', 'e', 'f']) generations.set(name, value(name));
    expect([undefined, newest]).toContain(generations.get('a'));
  });

  it('forgets those that are concerned, in both generations, or all', () => {
    const generations = filled(4, ['a', 'b', 'c']);
    generations.forget(({ name }) => name !== 'b');
    expect(['a', 'b', 'c'].map((name) => generations.get(name))).toEqual([undefined, value('b'), undefined]);
    generations.clear();
    expect(generations.get('b')).toBeUndefined();
  });
});
