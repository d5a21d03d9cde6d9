import { isIP } from 'node:net';
import { z } from 'zod';

const MAX_DEPTH = 8;
const MAX_TESTS = 64;
const MAX_VALUES = 100;

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const NAME = '[A-Za-z][A-Za-z0-9_-]{0,63}';
const ATTRIBUTE = new RegExp(
  `^(subject\\.(id|type|properties\\.${NAME})|resource\\.(id|type|key|(tags|properties)\\.${NAME})` +
    `|action\\.(name|properties\\.${NAME})|context\\.${NAME})$`,
);

const attribute = z.string().max(100).regex(ATTRIBUTE, 'is no attribute that a condition can test');
const scalar = z.union([z.string().max(500), z.number(), z.boolean()]);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

/** Compares with a constant, or with another attribute. */
const operand = z.union([scalar, z.strictObject({ attribute })]);
const comparison = <Op extends string>(op: Op) =>
  z.strictObject({ op: z.literal(op), attribute, value: operand });

const tests = [
  comparison('eq'),
  comparison('ne'),
  comparison('lt'),
  comparison('lte'),
  comparison('gt'),
  comparison('gte'),
  z.strictObject({ op: z.literal('in'), attribute, values: z.array(scalar).min(1).max(MAX_VALUES) }),
  z.strictObject({ op: z.literal('exists'), attribute }),
  z.strictObject({ op: z.literal('owner') }),
  z.strictObject({
    op: z.literal('ip'),
    in: z
      .array(z.string().max(50).refine(isNetwork, 'must be an address or a CIDR block'))
      .min(1)
      .max(MAX_VALUES),
  }),
  z.strictObject({ op: z.literal('mfaAge'), atMost: z.number().int().min(0).max(31_536_000) }),
  z.strictObject({ op: z.literal('acr'), atLeast: z.enum(['aal1', 'aal2']) }),
  z
    .strictObject({
      op: z.literal('time'),
      zone: z.string().max(50).refine(isZone, 'must be an IANA time zone'),
      days: z.array(z.enum(DAYS)).min(1).max(7).exactOptional(),
      from: timeOfDay.exactOptional(),
      to: timeOfDay.exactOptional(),
    })
    .refine(
      ({ from, to }) => (from === undefined) === (to === undefined) && (from === undefined || from !== to),
      {
        message: 'needs both from and to, and not the same',
      },
    ),
] as const;

export type Test = z.infer<(typeof tests)[number]>;
/** Looks at one attribute. */
export type AttributeTest = Extract<Test, { attribute: string }>;
/** Looks at how the request came, or whose the resource is. */
export type CircumstanceTest = Exclude<Test, AttributeTest>;
export type Comparison = Extract<Test, { op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' }>;

/** When an assignment applies: a tree of tests. */
export type Condition =
  | { readonly op: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | Test;

const node: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.enum(['all', 'any']), of: z.array(node).min(1).max(MAX_TESTS) }),
    z.strictObject({ op: z.literal('not'), of: node }),
    ...tests,
  ]),
);

/** Accepts what {@link Condition} says, of bounded depth and size; anything else, operators to come included, is refused. */
export const ConditionSchema = node.refine(
  (condition) => depthOf(condition) <= MAX_DEPTH && sizeOf(condition) <= MAX_TESTS,
  {
    message: `may be ${MAX_DEPTH} deep and hold ${MAX_TESTS} tests at most`,
  },
);

export function childrenOf(condition: Condition): readonly Condition[] {
  if (condition.op === 'not') return [condition.of];
  return condition.op === 'all' || condition.op === 'any' ? condition.of : [];
}

export function isTest(condition: Condition): condition is Test {
  return condition.op !== 'all' && condition.op !== 'any' && condition.op !== 'not';
}

function depthOf(condition: Condition): number {
  return 1 + Math.max(0, ...childrenOf(condition).map(depthOf));
}

function sizeOf(condition: Condition): number {
  return childrenOf(condition).reduce((size, child) => size + sizeOf(child), 1);
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === 0 || address.includes('%') || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}

function isZone(zone: string): boolean {
  // Offsets such as +01:00 are accepted by some engines, and know no summer.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
