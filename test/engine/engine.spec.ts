import fc from 'fast-check';
import { Client } from 'pg';
import { decide } from '../../src/modules/rbac/engine/decide';
import { explain } from '../../src/modules/rbac/engine/explain';
import { pathOf } from '../../src/modules/rbac/engine/resource-node';
import { ResourceFilter } from '../../src/modules/rbac/engine/resource-filter';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { compiledOf, factsOf, idOf } from './compiled-world';
import { answer, applies } from './oracle';
import {
  PERMISSIONS,
  someAssignment,
  someCircumstances,
  someWorld,
  SUBJECTS,
  type Circumstances,
  type World,
} from './worlds';

const WORLDS = 2_500;

/** Every decision that the world can be asked for. */
function decisionsOf(world: World, circumstances: Circumstances): string[] {
  const compiled = compiledOf(world);
  return questionsOf(world).map(({ subject, node, permission }) => {
    const bit = compiled.policy.bitOf(permission)!;
    return decide(bit, factsOf(compiled, subject, node, permission, circumstances)).basis;
  });
}

function questionsOf(world: World) {
  return Array.from({ length: SUBJECTS }, (_, subject) => subject).flatMap((subject) =>
    world.parents.flatMap((_, node) => PERMISSIONS.map((permission) => ({ subject, node, permission }))),
  );
}

const allowedIn = (decisions: readonly string[]): boolean[] => decisions.map((basis) => basis === 'allowed');

describe('the decision engine', () => {
  it('decides as the law says, in every corner of random worlds', () => {
    let count = 0;
    fc.assert(
      fc.property(someWorld, someCircumstances, (world, circumstances) => {
        const expected = questionsOf(world).map((question) => answer({ world, circumstances, ...question }));
        count += expected.length;
        expect(decisionsOf(world, circumstances)).toEqual(expected);
      }),
      { numRuns: WORLDS },
    );
    expect(count).toBeGreaterThanOrEqual(200_000);
  });

  it('explains by the assignments that decided, and by those alone', () => {
    fc.assert(
      fc.property(someWorld, someCircumstances, (world, circumstances) => {
        const compiled = compiledOf(world);
        for (const { subject, node, permission } of questionsOf(world)) {
          const facts = factsOf(compiled, subject, node, permission, circumstances);
          const bit = compiled.policy.bitOf(permission)!;
          const { basis } = decide(bit, facts);
          const { deciding } = explain(
            { allowed: basis === 'allowed', basis, policyVersion: '1' },
            bit,
            facts,
          );
          const question = { world, subject, node, permission, circumstances };
          const applying = world.assignments.flatMap((assignment, index) =>
            applies(assignment, question)
              ? [{ id: idOf('assignment', index), effect: assignment.effect }]
              : [],
          );
          const denials = applying.filter(({ effect }) => effect === 'deny');
          const expected = (denials.length > 0 ? denials : applying).map(({ id }) => id);
          expect(deciding.map(({ assignmentId }) => assignmentId).sort()).toEqual(expected.sort());
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never allows more because of one more denial', () => {
    fc.assert(
      fc.property(someWorld, someAssignment, someCircumstances, (world, another, circumstances) => {
        const denial = { ...another, effect: 'deny' as const };
        const before = allowedIn(decisionsOf(world, circumstances));
        const after = allowedIn(
          decisionsOf({ ...world, assignments: [...world.assignments, denial] }, circumstances),
        );
        expect(after.every((allowed, index) => !allowed || before[index])).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of assignments', () => {
    fc.assert(
      fc.property(someWorld, someCircumstances, (world, circumstances) => {
        const reversed = { ...world, assignments: [...world.assignments].reverse() };
        expect(decisionsOf(reversed, circumstances)).toEqual(decisionsOf(world, circumstances));
      }),
      { numRuns: 300 },
    );
  });

  describe('asked for a list', () => {
    let database: TestDatabase;
    let client: Client;

    beforeAll(async () => {
      database = await createTestDatabase();
      client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query('CREATE TEMP TABLE world_nodes (LIKE resources)');
    });

    afterAll(async () => {
      await client.end();
      await database.drop();
    });

    it('lists in SQL exactly what it allows one by one', async () => {
      await fc.assert(
        fc.asyncProperty(
          someWorld,
          someCircumstances,
          fc.constantFrom(...PERMISSIONS),
          async (world, circumstances, permission) => {
            const compiled = compiledOf(world);
            const rows = compiled.nodes
              .map((node) => ({ node, path: pathOf(node) }))
              .map(({ node: { id, type, key, tags, ownerId }, path }) => ({
                id,
                path,
                type,
                key,
                name: key,
                tags,
                owner_id: ownerId,
                version: 1,
                created_at: 'now',
                updated_at: 'now',
              }));
            await client.query('TRUNCATE world_nodes');
            await client.query(
              'INSERT INTO world_nodes SELECT * FROM jsonb_populate_recordset(NULL::world_nodes, $1)',
              [JSON.stringify(rows)],
            );
            const bit = compiled.policy.bitOf(permission)!;
            for (let subject = 0; subject < SUBJECTS; subject++) {
              const values: unknown[] = [];
              const facts = (node: number) => factsOf(compiled, subject, node, permission, circumstances);
              const where = ResourceFilter.of(bit, facts(0)).onResource('n', values);
              const { rows: found } = await client.query<{ id: string }>(
                `SELECT n.id FROM world_nodes n WHERE ${where} ORDER BY id`,
                values,
              );
              const expected = compiled.nodes.filter(
                (_, node) => decide(bit, facts(node)).basis === 'allowed',
              );
              expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
            }
          },
        ),
        { numRuns: 400 },
      );
    });
  });
});
