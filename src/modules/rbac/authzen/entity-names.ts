import { Injectable } from '@nestjs/common';
import { SubjectDirectory } from '../../../common/access';
import { uuidField } from '../../../common/validation';
import type { Question } from '../access-api/access-questions';
import { AccessService } from '../access.service';
import type { PrincipalType } from '../assignment';
import type { Properties } from '../engine/access-request';
import { GroupsRepository } from '../groups/groups.repository';
import { ResourcesRepository } from '../resources/resources.repository';

interface Entity {
  readonly type: string;
  readonly id: string;
  readonly properties?: Properties | undefined;
}

/** A question in the names of the caller's world. */
export interface NamedQuestion {
  readonly subject: Entity;
  readonly action: { readonly name: string; readonly properties?: Properties | undefined };
  readonly resource: Entity;
  readonly context?: Properties | undefined;
}

/** The id that nobody and nothing has: the engine denies it as it does all that is unknown. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Turns names of the caller's world into ids: names in a fixed number of queries for any number of questions. */
@Injectable()
export class EntityNames {
  constructor(
    private readonly directory: SubjectDirectory,
    private readonly groups: GroupsRepository,
    private readonly resources: ResourcesRepository,
    private readonly access: AccessService,
  ) {}

  /** `requireMayAsk` hears of the subjects before anything is looked up about resources, and throws where it must. */
  async resolve(
    questions: readonly NamedQuestion[],
    requireMayAsk: (asked: readonly Pick<Question, 'subject'>[]) => Promise<void>,
  ): Promise<Question[]> {
    const subjectIdOf = await this.subjectIds(questions.map(({ subject }) => subject));
    const asked = questions.map(({ subject }) => ({
      subject: { ...subject, type: subject.type as PrincipalType, id: subjectIdOf(subject) },
    }));
    await requireMayAsk(asked);
    const resourceIdOf = await this.resourceIds(questions.map(({ resource }) => resource));
    return questions.map(({ action, resource, context }, index) => ({
      ...asked[index],
      permission: permissionFor(action.name, resource.type),
      resource: { ...resource, id: resourceIdOf(resource) },
      actionProperties: action.properties,
      context,
    }));
  }

  private async subjectIds(subjects: readonly Entity[]): Promise<(subject: Entity) => string> {
    const namesOf = (type: PrincipalType): string[] => [
      ...new Set(
        subjects.flatMap((subject) => (subject.type === type && !isId(subject.id) ? [subject.id] : [])),
      ),
    ];
    const [userNames, groupNames] = [namesOf('user'), namesOf('group')];
    const users = userNames.length === 0 ? new Map() : await this.directory.findUserIds(userNames);
    const groups = groupNames.length === 0 ? new Map() : await this.groups.findIdsByNames(groupNames);
    // A map: of an object, a type such as `__proto__` would name something.
    const known = new Map<string, ReadonlyMap<string, string>>([
      ['user', users],
      ['group', groups],
    ]);
    return ({ type, id }) => (isId(id) ? id.toLowerCase() : (known.get(type)?.get(id) ?? NO_ID));
  }

  private async resourceIds(resources: readonly Entity[]): Promise<(resource: Entity) => string> {
    const ids = new Set(resources.flatMap(({ id }) => (isId(id) ? [id.toLowerCase()] : [])));
    const types = await this.access.typesOf([...ids]);
    const isById = ({ type, id }: Entity): boolean => types.get(id.toLowerCase()) === type;
    // What is known by its id costs no query.
    const keys = resources.filter((resource) => !isById(resource)).map(({ type, id }) => ({ type, key: id }));
    const named = keys.length === 0 ? [] : await this.resources.findNamesByKeys(keys);
    const known = new Map(named.map(({ type, key, id }) => [spelled(type, key), id]));
    return (resource) =>
      isById(resource)
        ? resource.id.toLowerCase()
        : (known.get(spelled(resource.type, resource.id)) ?? NO_ID);
  }
}

/** A name without a colon is an action on the type of the resource. */
export function permissionFor(action: string, resourceType: string): string {
  return action.includes(':') ? action : `${resourceType}:${action}`;
}

function isId(text: string): boolean {
  return uuidField.safeParse(text).success;
}

function spelled(type: string, name: string): string {
  return JSON.stringify([type, name]);
}
