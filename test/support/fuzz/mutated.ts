import fc from 'fast-check';
import { oddString, oddValue } from './odd-values';

type Change = (value: unknown) => unknown;
type Path = readonly (string | number)[];

/** `example` with up to three places changed: replaced, left out, doubled, or joined by a field nobody knows. */
export function mutated(example: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(example);
  const change: fc.Arbitrary<Change> = fc.oneof(
    { weight: 6, arbitrary: oddValue.map((odd) => () => odd) },
    fc.constant(() => undefined),
    fc.constant((value: unknown) => [value, value]),
    fc.tuple(oddString, oddValue).map(
      ([name, odd]) =>
        (value: unknown) =>
          withField(value, name, odd),
    ),
  );
  const step = fc.tuple(fc.constantFrom(...paths), change);
  return fc
    .array(step, { maxLength: 3 })
    .map((steps) => steps.reduce((value, [path, change]) => changedAt(value, path, change), example));
}

function pathsOf(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const below = Object.entries(value).flatMap(([key, child]) =>
    pathsOf(child).map((path): Path => [Array.isArray(value) ? Number(key) : key, ...path]),
  );
  return [[], ...below];
}

function changedAt(value: unknown, [step, ...rest]: Path, change: Change): unknown {
  if (step === undefined) return change(value);
  if (typeof value !== 'object' || value === null) return value;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  copy[step] = changedAt(copy[step], rest, change);
  return copy;
}

/** As an own field, whatever its name: in JSON `__proto__` is one. */
function withField(value: unknown, name: string, odd: unknown): unknown {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries([...fields, [name, odd]]);
}
