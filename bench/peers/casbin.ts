import { newEnforcer, newModelFromString, type Enforcer } from 'casbin';
import { ask, growthOf, questions, serveRounds } from '../harness/deciding';
import { PERMISSION } from '../harness/world';
import { readWorld, type Document, type Holding } from './world-rows';

/*
 * casbin's RBAC with domains, a domain being a place of the tree: the application has the path of the document at hand
 * and asks at each place on it, which is far quicker than its roles of resources. What holds under a condition is a
 * grouping of its own.
 */

const FLAT = `
[request_definition]
r = sub, act
[policy_definition]
p = sub, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g(r.sub, p.sub)`;

const SCOPED = `
[request_definition]
r = sub, area, folder, doc, state, act
[policy_definition]
p = sub, act
[role_definition]
g = _, _, _
g2 = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && (g(r.sub, p.sub, r.area) || g(r.sub, p.sub, r.folder) || g(r.sub, p.sub, r.doc) || \
  r.state == "public" && (g2(r.sub, p.sub, r.area) || g2(r.sub, p.sub, r.folder) || g2(r.sub, p.sub, r.doc)))`;

const PACE = { chunk: 10, atLeast: 100 };

async function enforcerOf(model: string, holdings: readonly Holding[]): Promise<Enforcer> {
  const enforcer = await newEnforcer(newModelFromString(model));
  const grantsOf = new Map(holdings.map(({ role, grants }) => [role, grants]));
  await enforcer.addPolicies([...grantsOf].flatMap(([role, grants]) => grants.map((grant) => [role, grant])));
  return enforcer;
}

async function main(): Promise<void> {
  const { holdings, documents } = await readWorld(process.env.DB_URL!);
  let scoped!: Enforcer;
  let items!: ReadonlyMap<string, Document>;
  const memoryMiB = await growthOf(async () => {
    scoped = await enforcerOf(SCOPED, holdings);
    for (const [grouping, isConditional] of [
      ['g', false],
      ['g2', true],
    ] as const) {
      const held = holdings.filter(({ state }) => (state !== null) === isConditional);
      const rules = held.map(({ subject, role, resource }) => [subject, role, resource]);
      await scoped.addNamedGroupingPolicies(grouping, rules);
    }
    items = new Map(documents.map((document) => [document.id, document]));
  });
  const flat = await enforcerOf(FLAT, holdings);
  const pairs = new Map(holdings.map(({ subject, role }) => [`${subject} ${role}`, [subject, role]]));
  await flat.addGroupingPolicies([...pairs.values()]);
  serveRounds(async () => {
    const flatly = await ask((n) => flat.enforceSync(questions[n]!.subject, PERMISSION), PACE);
    const found = await ask((n) => {
      const { subject, resource } = questions[n]!;
      const { path, state } = items.get(resource)!;
      return scoped.enforceSync(subject, ...path, state, PERMISSION);
    }, PACE);
    return {
      flatPerSecond: flatly.perSecond,
      scopedPerSecond: found.perSecond,
      answers: found.answers,
      memoryMiB,
    };
  });
}

void main();
