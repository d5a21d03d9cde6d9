import { createMongoAbility, type MongoAbility, type RawRuleOf } from '@casl/ability';
import { ask, growthOf, questions, serveRounds } from '../harness/deciding';
import { PERMISSION } from '../harness/world';
import { readWorld, type Document, type Holding } from './world-rows';

/*
 * CASL as its guide has it: an ability for each user, kept, whose rules have conditions. A place of the tree is a
 * condition on the path of the document, which the application has at hand.
 */

type Rule = RawRuleOf<MongoAbility>;

const [TYPE, ACTION] = PERMISSION.split(':') as [string, string];

class Item {
  readonly type = TYPE;
  readonly path: readonly string[];
  readonly state: string;

  constructor({ path, state }: Document) {
    this.path = path;
    this.state = state;
  }
}

function rulesOf({ grants, resource, state }: Holding): Rule[] {
  return grants.map((grant) => {
    const [subject, action] = grant.split(':') as [string, string];
    return { action, subject, conditions: { path: resource, ...(state !== null && { state }) } };
  });
}

async function main(): Promise<void> {
  const { holdings, documents } = await readWorld(process.env.DB_URL!);
  const abilities = new Map<string, MongoAbility>();
  const items = new Map<string, Item>();
  const memoryMiB = await growthOf(() => {
    const rules = new Map<string, Rule[]>();
    for (const holding of holdings)
      rules.set(holding.subject, [...(rules.get(holding.subject) ?? []), ...rulesOf(holding)]);
    for (const [subject, own] of rules)
      abilities.set(
        subject,
        createMongoAbility(own, { detectSubjectType: (item) => (item as unknown as Item).type }),
      );
    for (const document of documents) items.set(document.id, new Item(document));
    // Conditions are compiled when they are first looked at.
    for (let n = 0; n < questions.length; n++) isAllowed(n);
  });
  function isAllowed(n: number): boolean {
    const { subject, resource } = questions[n]!;
    return abilities.get(subject)!.can(ACTION, items.get(resource));
  }
  serveRounds(async () => {
    const flat = await ask((n) => abilities.get(questions[n]!.subject)!.can(ACTION, TYPE));
    const scoped = await ask(isAllowed);
    return {
      flatPerSecond: flat.perSecond,
      scopedPerSecond: scoped.perSecond,
      answers: scoped.answers,
      memoryMiB,
    };
  });
}

void main();
