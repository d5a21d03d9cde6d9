import { readerOf } from './attributes';
import { childrenOf, isTest, type Test } from './condition';
import { compileTest } from './evaluate-condition';
import type { ConditionFinding, Truth } from './explanation';
import type { Facts, StoredCondition } from './subject';

/** Every test of `condition`, with what it saw. */
export function findingsOf(condition: StoredCondition, facts: Facts): ConditionFinding[] {
  if (condition === 'unreadable') return [{ test: 'unreadable', result: 'unknown' }];
  if (!isTest(condition)) return childrenOf(condition).flatMap((child) => findingsOf(child, facts));
  const value = seenBy(condition, facts);
  const result = wordFor(compileTest(condition)(facts));
  return [{ test: labelOf(condition), ...(value !== undefined && { value }), result }];
}

function labelOf({ op, ...rest }: Test): string {
  return `${op} ${JSON.stringify(rest)}`;
}

function seenBy(test: Test, facts: Facts): unknown {
  if ('attribute' in test) return readerOf(test.attribute)(facts);
  const { context = {} } = facts.request;
  switch (test.op) {
    case 'ip':
      return context.ip;
    case 'acr':
      return context.acr;
    case 'mfaAge':
      return context.mfaAt;
    case 'time':
      return new Date(facts.now).toISOString();
    case 'owner':
      return facts.resource.ownerId;
  }
}

function wordFor(verdict: boolean | null): Truth {
  if (verdict === null) return 'unknown';
  return verdict ? 'true' : 'false';
}
