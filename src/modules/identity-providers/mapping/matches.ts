import type { ExternalProfile } from '../external-profile';
import type { Comparison, Match } from './mapping';

/** Whether a rule concerns the person. Names of groups are compared as directories do: without regard to case. */
export function matches(when: Match, { groups, attributes }: ExternalProfile): boolean {
  if ('group' in when) return groups.some((group) => holds(lowered(when.group), group.toLowerCase()));
  const values = Object.hasOwn(attributes, when.attribute) ? attributes[when.attribute] : undefined;
  return values?.some((value) => holds(when.is, value)) === true;
}

function holds(comparison: Comparison, value: string): boolean {
  if ('equals' in comparison) return comparison.equals === value;
  if ('oneOf' in comparison) return comparison.oneOf.includes(value);
  return isLike(value, comparison.like);
}

/** `*` stands for anything; in linear time, unlike a regular expression. */
function isLike(value: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts.shift(), parts.pop()];
  if (parts.length === 0 && !pattern.includes('*')) return value === first;
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last))
    return false;
  const middle = value.slice(first.length, value.length - last.length);
  let at = 0;
  for (const part of parts) {
    const found = middle.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

function lowered(comparison: Comparison): Comparison {
  if ('equals' in comparison) return { equals: comparison.equals.toLowerCase() };
  if ('oneOf' in comparison) return { oneOf: comparison.oneOf.map((value) => value.toLowerCase()) };
  return { like: comparison.like.toLowerCase() };
}
