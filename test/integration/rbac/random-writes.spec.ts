import fc from 'fast-check';
import { definePermissions } from '../../../src/common/access';
import { Clock } from '../../../src/infrastructure/clock';
import { answer, applies } from '../../engine/oracle';
import {
  GROUPS,
  NOW,
  PERMISSIONS,
  someAssignment,
  someCircumstances,
  someRole,
  someTag,
  someWorld,
  SUBJECTS,
  type Circumstances,
} from '../../engine/worlds';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { RbacProcess } from './rbac-harness';
import { WrittenWorld, type Write } from './written-world';

definePermissions('a', {
  'a:read': { description: 'Read a', risk: 'low' },
  'a:write': { description: 'Write a', risk: 'low', implies: ['a:read'] },
  'a.b:read': { description: 'Read a.b', risk: 'low' },
  'a.b:write': { description: 'Write a.b', risk: 'low' },
});
definePermissions('c', { 'c:read': { description: 'Read c', risk: 'low' } });

class FixedClock extends Clock {
  nowMs(): number {
    return NOW * 1_000;
  }
}

const index = fc.nat(100);
const principal = fc.nat(SUBJECTS + GROUPS - 1);
const someMove = fc.record({ kind: fc.constant('move' as const), node: index, parent: index });
const someWrite: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('assign' as const), assignment: someAssignment }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('define' as const), role: fc.nat(3), definition: someRole }),
  },
  { weight: 2, arbitrary: someMove },
  fc.record({ kind: fc.constant('take' as const), assignment: index }),
  fc.record({ kind: fc.constant('create' as const), parent: index, tag: someTag }),
  fc.record({
    kind: fc.constant('describe' as const),
    node: index,
    tag: someTag,
    owner: fc.option(principal),
  }),
  fc.record({ kind: fc.constant('delete' as const), node: index }),
  fc.record({
    kind: fc.constantFrom('join' as const, 'leave' as const),
    group: fc.nat(GROUPS - 1),
    member: principal,
  }),
);

/** Over HTTP it cannot be said that somebody never proved a second factor, but for the caller itself. */
const someStatedCircumstances = someCircumstances.filter(({ mfaAge }) => mfaAge !== null);

describe('random writes over HTTP', () => {
  let database: TestDatabase;
  let one: RbacProcess;
  let two: RbacProcess;
  let admin: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const clock = new FixedClock();
    [one, two] = await Promise.all([
      RbacProcess.start(database.url, clock),
      RbacProcess.start(database.url, clock),
    ]);
    admin = await one.createAdministrator();
  });

  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await database.drop();
  });

  const contextOf = ({ ip, acr, mfaAge, level }: Circumstances) => ({
    ip,
    acr,
    level,
    ...(mfaAge !== undefined && mfaAge !== null && { mfaAt: NOW - mfaAge }),
  });

  const ask = async (service: RbacProcess, question: string, body: object) => {
    const { status, body: answered } = await service.as(admin).post(`/v1/access/${question}`, body);
    expect([status, answered]).toEqual([200, expect.anything()]);
    return answered;
  };

  const questionsOf = (written: WrittenWorld) =>
    written.subjects.flatMap((_, subject) =>
      written.nodes.flatMap((__, node) => PERMISSIONS.map((permission) => ({ subject, node, permission }))),
    );
  type Question = ReturnType<typeof questionsOf>[number];

  const toBody = (
    written: WrittenWorld,
    { subject, node, permission }: Question,
    circumstances: Circumstances,
  ) => ({
    subject: { type: 'user', id: written.subjects[subject] },
    permission,
    resource: { id: written.nodes[node]!.id },
    context: contextOf(circumstances),
  });

  const wordFor = ({ allowed, challenge }: { allowed: boolean; challenge?: object }): string =>
    allowed ? 'allowed' : challenge === undefined ? 'no' : 'challenge';

  /** Every decision that the world can be asked for, and the version of the policy at which it was made. */
  const decisionsOf = async (
    written: WrittenWorld,
    circumstances: Circumstances,
    service = one,
    minPolicyVersion?: string,
  ): Promise<{ words: string[]; policyVersion: string }> => {
    const checks = questionsOf(written).map((question) => toBody(written, question, circumstances));
    const { results } = await ask(service, 'batch', { checks, minPolicyVersion });
    return { words: results.map(wordFor), policyVersion: results[0].policyVersion };
  };

  const lawOf = (written: WrittenWorld, circumstances: Circumstances): string[] => {
    const world = written.current;
    return questionsOf(written).map((question) => {
      const said = written.isThere(question.node) ? answer({ world, circumstances, ...question }) : 'no';
      return said === 'allowed' || said === 'challenge' ? said : 'no';
    });
  };

  /** Of every subject, on some permission. */
  const expectLists = async (written: WrittenWorld, circumstances: Circumstances, permission: string) => {
    const world = written.current;
    for (const [subject, id] of written.subjects.entries()) {
      const { items } = await ask(one, 'list', {
        subject: { type: 'user', id },
        permission,
        context: contextOf(circumstances),
      });
      const expected = written.nodes.filter(
        (_, node) =>
          written.isThere(node) && answer({ world, subject, node, permission, circumstances }) === 'allowed',
      );
      expect(items.map((item: { id: string }) => item.id).sort()).toEqual(
        expected.map((node) => node.id).sort(),
      );
    }
  };

  /** By the assignments that decided. */
  const expectExplained = async (written: WrittenWorld, question: Question, circumstances: Circumstances) => {
    const world = written.current;
    const applying = world.assignments.flatMap((assignment, number) =>
      applies(assignment, { world, circumstances, ...question })
        ? [{ id: written.assignments[number], effect: assignment.effect }]
        : [],
    );
    const denials = applying.filter(({ effect }) => effect === 'deny');
    const { basis, deciding } = await ask(one, 'explain', toBody(written, question, circumstances));
    expect([basis, deciding.map((finding: { assignmentId: string }) => finding.assignmentId).sort()]).toEqual(
      [
        answer({ world, circumstances, ...question }),
        (denials.length > 0 ? denials : applying).map(({ id }) => id).sort(),
      ],
    );
  };

  it('leave every check, list and explanation as the law says, on another process too', async () => {
    await fc.assert(
      fc.asyncProperty(
        someWorld,
        fc.array(fc.tuple(someWrite, fc.constantFrom(...PERMISSIONS), index), {
          minLength: 6,
          maxLength: 12,
        }),
        someStatedCircumstances,
        async (world, writes, circumstances) => {
          const written = await WrittenWorld.create(one, admin, world);
          // Asked before anything is written, so that memory has something to forget.
          for (const service of [one, two]) await decisionsOf(written, circumstances, service);
          for (const [write, permission, at] of writes) {
            await written.apply(write);
            const law = lawOf(written, circumstances);
            const { words, policyVersion } = await decisionsOf(written, circumstances);
            expect(words).toEqual(law);
            expect((await decisionsOf(written, circumstances, two, policyVersion)).words).toEqual(law);
            await expectLists(written, circumstances, permission);
            const there = questionsOf(written).filter(({ node }) => written.isThere(node));
            await expectExplained(written, there[at % there.length]!, circumstances);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('move nodes to where the same world answers as if they had been created there', async () => {
    await fc.assert(
      fc.asyncProperty(
        someWorld,
        fc.array(someMove, { minLength: 1, maxLength: 5 }),
        someStatedCircumstances,
        async (world, moves, circumstances) => {
          const moved = await WrittenWorld.create(one, admin, world);
          await decisionsOf(moved, circumstances);
          for (const move of moves) await moved.apply(move);
          const created = await WrittenWorld.create(one, admin, moved.current);
          expect((await decisionsOf(moved, circumstances)).words).toEqual(
            (await decisionsOf(created, circumstances)).words,
          );
        },
      ),
      { numRuns: 10 },
    );
  });
});
