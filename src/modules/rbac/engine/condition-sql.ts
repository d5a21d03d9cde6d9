import type { Comparison, Condition, Test } from './condition';
import { evaluateTest, operandOf, type Verdict } from './evaluate-condition';
import { valueOf, type Facts } from './facts';
import type { StoredCondition } from './subject';

/** The parameters of a query in the making, and the name under which it knows the rows of `resources`. */
export interface SqlScope {
  readonly alias: string;
  readonly values: unknown[];
}

const RESOURCE_ATTRIBUTE = /^resource\./;
const OPERATORS = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** Whether what the condition says depends on the resource; what does not is decided before the query. */
export function dependsOnResource(condition: StoredCondition): boolean {
  if (condition === 'unreadable') return false;
  switch (condition.op) {
    case 'all':
    case 'any':
      return condition.of.some(dependsOnResource);
    case 'not':
      return dependsOnResource(condition.of);
    default:
      return testsResource(condition);
  }
}

/** The condition in SQL, whose NULL is the same unknown as ours. All that is not the resource's is a constant there. */
export function conditionSql(condition: StoredCondition, facts: Facts, scope: SqlScope): string {
  if (condition === 'unreadable') return literal(null);
  switch (condition.op) {
    case 'all':
    case 'any': {
      const parts = condition.of.map((child) => conditionSql(child, facts, scope));
      return `(${parts.join(condition.op === 'all' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `(NOT ${conditionSql(condition.of, facts, scope)})`;
    default:
      return testsResource(condition)
        ? testSql(condition, facts, scope)
        : literal(evaluateTest(condition, facts));
  }
}

function testsResource(test: Test): boolean {
  if (test.op === 'owner') return true;
  if (!('attribute' in test)) return false;
  const other = 'value' in test && typeof test.value === 'object' ? test.value.attribute : '';
  return RESOURCE_ATTRIBUTE.test(test.attribute) || RESOURCE_ATTRIBUTE.test(other);
}

function testSql(test: Test, facts: Facts, scope: SqlScope): string {
  switch (test.op) {
    case 'owner':
      return `coalesce(${scope.alias}.owner_id = ANY (${bind([...facts.subject.holders.keys()], 'uuid[]', scope)}), false)`;
    case 'exists':
      return `(${attributeSql(test.attribute, facts, scope)} IS NOT NULL)`;
    case 'in': {
      const values = test.values.map((value) => JSON.stringify(value));
      return `(${scalarSql(attributeSql(test.attribute, facts, scope))} = ANY (${bind(values, 'text[]', scope)}::jsonb[]))`;
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return comparisonSql(test, facts, scope);
    default:
      return literal(evaluateTest(test, facts));
  }
}

function comparisonSql(test: Comparison, facts: Facts, scope: SqlScope): string {
  const left = sideSql(test.attribute, valueOf(test.attribute, facts), facts, scope);
  const other = typeof test.value === 'object' ? test.value.attribute : '';
  const right = sideSql(other, operandOf(test, facts), facts, scope);
  const type =
    test.op === 'eq' || test.op === 'ne'
      ? `jsonb_typeof(l) IN ('string', 'number', 'boolean')`
      : `jsonb_typeof(l) = 'number'`;
  // Of different types, or missing: unknown, as in memory.
  return `(SELECT CASE WHEN ${type} AND jsonb_typeof(l) = jsonb_typeof(r) THEN l ${OPERATORS[test.op]} r END
    FROM (SELECT ${left} AS l, ${right} AS r) s)`;
}

function sideSql(attribute: string, value: unknown, facts: Facts, scope: SqlScope): string {
  return RESOURCE_ATTRIBUTE.test(attribute) ? attributeSql(attribute, facts, scope) : bindJson(value, scope);
}

/** An attribute of the row as jsonb. */
function attributeSql(attribute: string, { request }: Facts, scope: SqlScope): string {
  const [, field = '', name = ''] = attribute.split('.');
  switch (field) {
    case 'tags':
      return `(${scope.alias}.tags -> ${bind(name, 'text', scope)})`;
    case 'properties': {
      const sent = bindJson(request.resourceProperties?.[name], scope);
      return `nullif(coalesce(${scope.alias}.tags -> ${bind(name, 'text', scope)}, ${sent}), 'null')`;
    }
    default:
      return `to_jsonb(${scope.alias}.${field as 'id' | 'type' | 'key'}::text)`;
  }
}

function scalarSql(json: string): string {
  return `(SELECT CASE WHEN jsonb_typeof(v) IN ('string', 'number', 'boolean') THEN v END FROM (SELECT ${json} AS v) s)`;
}

function bindJson(value: unknown, scope: SqlScope): string {
  return value === undefined || value === null ? 'NULL::jsonb' : bind(JSON.stringify(value), 'jsonb', scope);
}

function bind(value: unknown, type: string, { values }: SqlScope): string {
  return `$${values.push(value)}::${type}`;
}

function literal(verdict: Verdict): string {
  if (verdict === null) return 'NULL::boolean';
  return verdict ? 'TRUE' : 'FALSE';
}
