import { readerOf } from './attributes';
import { childrenOf, isTest, type Comparison, type Test } from './condition';
import { compileTest, operandOf } from './evaluate-condition';
import type { Facts, StoredCondition, TruthValue } from './subject';

/** The parameters of a query in the making, and the name under which it knows the rows of `resources`. */
export interface SqlScope {
  readonly alias: string;
  readonly values: unknown[];
}

const RESOURCE = 'resource.';
const OPERATORS = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** Whether what the condition says depends on the resource; what does not is decided before the query. */
export function dependsOnResource(condition: StoredCondition): boolean {
  if (condition === 'unreadable') return false;
  return isTest(condition) ? testsResource(condition) : childrenOf(condition).some(dependsOnResource);
}

/** The condition in SQL, whose NULL is the same unknown as ours. All that is not the resource's is a constant there. */
export function conditionSql(condition: StoredCondition, facts: Facts, scope: SqlScope): string {
  if (condition === 'unreadable') return literal(null);
  if (isTest(condition)) {
    return testsResource(condition)
      ? testSql(condition, facts, scope)
      : literal(compileTest(condition)(facts));
  }
  if (condition.op === 'not') return `(NOT ${conditionSql(condition.of, facts, scope)})`;
  const parts = condition.of.map((child) => conditionSql(child, facts, scope));
  return `(${parts.join(condition.op === 'all' ? ' AND ' : ' OR ')})`;
}

function testsResource(test: Test): boolean {
  if (test.op === 'owner') return true;
  if (!('attribute' in test)) return false;
  const other = 'value' in test && typeof test.value === 'object' ? test.value.attribute : '';
  return test.attribute.startsWith(RESOURCE) || other.startsWith(RESOURCE);
}

function testSql(test: Test, facts: Facts, scope: SqlScope): string {
  if (!('attribute' in test)) return ownerSql(facts, scope);
  if (test.op === 'exists') return `(${attributeSql(test.attribute, facts, scope)} IS NOT NULL)`;
  if (test.op !== 'in') return comparisonSql(test, facts, scope);
  const values = test.values.map((value) => JSON.stringify(value));
  const scalar = scalarSql(attributeSql(test.attribute, facts, scope));
  return `(${scalar} = ANY (${bind(values, 'text[]', scope)}::jsonb[]))`;
}

function ownerSql({ subject }: Facts, scope: SqlScope): string {
  return `coalesce(${scope.alias}.owner_id = ANY (${bind([...subject.holders.keys()], 'uuid[]', scope)}), false)`;
}

function comparisonSql(test: Comparison, facts: Facts, scope: SqlScope): string {
  const left = sideSql(test.attribute, readerOf(test.attribute)(facts), facts, scope);
  const other = typeof test.value === 'object' ? test.value.attribute : '';
  const right = sideSql(other, operandOf(test)(facts), facts, scope);
  const type =
    test.op === 'eq' || test.op === 'ne'
      ? `jsonb_typeof(l) IN ('string', 'number', 'boolean')`
      : `jsonb_typeof(l) = 'number'`;
  // Of different types, or missing: unknown, as in memory.
  return `(SELECT CASE WHEN ${type} AND jsonb_typeof(l) = jsonb_typeof(r) THEN l ${OPERATORS[test.op]} r END
    FROM (SELECT ${left} AS l, ${right} AS r) s)`;
}

function sideSql(attribute: string, value: unknown, facts: Facts, scope: SqlScope): string {
  return attribute.startsWith(RESOURCE) ? attributeSql(attribute, facts, scope) : bindJson(value, scope);
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

function literal(verdict: TruthValue): string {
  if (verdict === null) return 'NULL::boolean';
  return verdict ? 'TRUE' : 'FALSE';
}
