import { readerOf, type Reader } from './attributes';
import {
  DAYS,
  isTest,
  type AttributeTest,
  type CircumstanceTest,
  type Comparison,
  type Test,
} from './condition';
import { isInNetworks } from './networks';
import type { Evaluation, Facts, StoredCondition, TruthValue } from './subject';
import { clockOf } from './zoned-clock';

/** What is compiled is constant work for the size of the condition: it neither runs code nor matches patterns. */
export function compileCondition(condition: StoredCondition): Evaluation {
  if (condition === 'unreadable') return () => null;
  if (isTest(condition)) return compileTest(condition);
  if (condition.op === 'not') {
    const inner = compileCondition(condition.of);
    return (facts) => negated(inner(facts));
  }
  const parts = condition.of.map(compileCondition);
  const identity = condition.op === 'all';
  return (facts) => every(parts, facts, identity);
}

/** Conjunction where `identity` is true, disjunction where it is false: one opposite decides, else unknown remains. */
function every(parts: readonly Evaluation[], facts: Facts, identity: boolean): TruthValue {
  let verdict: TruthValue = identity;
  for (const part of parts) {
    const next = part(facts);
    if (next === !identity) return next;
    if (next === null) verdict = null;
  }
  return verdict;
}

function negated(verdict: TruthValue): TruthValue {
  return verdict === null ? null : !verdict;
}

export function compileTest(test: Test): Evaluation {
  return 'attribute' in test ? compileAttribute(test) : (facts) => evaluateCircumstance(test, facts);
}

function evaluateCircumstance(test: CircumstanceTest, facts: Facts): TruthValue {
  const { context = {} } = facts.request;
  switch (test.op) {
    case 'ip':
      return isInNetworks(context.ip, test.in);
    case 'acr':
      return context.acr === undefined ? null : context.acr >= test.atLeast;
    case 'mfaAge':
      return isRecent(context.mfaAt, test.atMost, facts.now);
    case 'time':
      return isInWindow(test, facts.now);
    case 'owner':
      return facts.resource.ownerId !== null && facts.subject.holders.has(facts.resource.ownerId);
  }
}

function compileAttribute(test: AttributeTest): Evaluation {
  const read = readerOf(test.attribute);
  if (test.op === 'exists') return (facts) => isPresent(read(facts));
  if (test.op === 'in') return (facts) => isOneOf(read(facts), test.values);
  const { op } = test;
  const operand = operandOf(test);
  return (facts) => compare(op, read(facts), operand(facts));
}

export function operandOf({ value }: Comparison): Reader {
  return typeof value === 'object' ? readerOf(value.attribute) : () => value;
}

/** Unknown where a side is missing, or the two are of different types. Only numbers have an order. */
function compare(op: Comparison['op'], left: unknown, right: unknown): TruthValue {
  if (!isScalar(left) || typeof left !== typeof right) return null;
  if (op === 'eq') return left === right;
  if (op === 'ne') return left !== right;
  return typeof left === 'number' && typeof right === 'number' ? compareNumbers(op, left, right) : null;
}

function compareNumbers(op: 'lt' | 'lte' | 'gt' | 'gte', left: number, right: number): boolean {
  switch (op) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
  }
}

function isOneOf(value: unknown, values: readonly unknown[]): TruthValue {
  return isScalar(value) ? values.includes(value) : null;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isRecent(mfaAt: number | null | undefined, atMost: number, now: number): TruthValue {
  if (mfaAt === undefined) return null;
  return mfaAt !== null && now / 1_000 - mfaAt <= atMost;
}

/** From `from` to just before `to`. A window over midnight belongs to the day on which it began. */
function isInWindow({ zone, days, from, to }: Extract<Test, { op: 'time' }>, now: number): boolean {
  const { day, minute } = clockOf(zone).at(now);
  const start = minuteOf(from ?? '00:00');
  const end = to === undefined ? Infinity : minuteOf(to);
  const isOverMidnight = end < start;
  if (isOverMidnight && minute < end) return isOn((day + 6) % 7, days);
  return minute >= start && (isOverMidnight || minute < end) && isOn(day, days);
}

function isOn(day: number, days: readonly string[] = DAYS): boolean {
  return days.includes(DAYS[day] ?? '');
}

function minuteOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}
