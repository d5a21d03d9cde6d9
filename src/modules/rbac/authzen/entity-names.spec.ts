import type { SubjectDirectory } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import type { AccessService } from '../access.service';
import type { GroupsRepository } from '../groups/groups.repository';
import type { ResourcesRepository } from '../resources/resources.repository';
import { EntityNames, type NamedQuestion } from './entity-names';

const ADA = '018f2b5e-0000-7000-8000-000000000001';
const SALES = '018f2b5e-0000-7000-8000-000000000002';

function someNames() {
  const lookedUp: string[] = [];
  const directory = {
    findUserIds: (names: readonly string[]) =>
      Promise.resolve(new Map(names.filter((name) => name === 'ada').map((name) => [name, ADA]))),
  };
  const access = {
    typesOf: (ids: readonly string[]) => {
      lookedUp.push(...ids);
      return Promise.resolve(new Map(ids.filter((id) => id === SALES).map((id) => [id, 'schema'])));
    },
  };
  const resources = {
    findNamesByKeys: (keys: readonly { type: string; key: string }[]) => {
      lookedUp.push(...keys.map(({ key }) => key));
      return Promise.resolve(
        keys.filter(({ key }) => key === 'sales').map(({ type, key }) => ({ type, key, id: SALES })),
      );
    },
  };
  const names = new EntityNames(
    directory as unknown as SubjectDirectory,
    {} as GroupsRepository,
    resources as unknown as ResourcesRepository,
    access as unknown as AccessService,
  );
  return { names, lookedUp };
}

const asked = (resource: string): NamedQuestion => ({
  subject: { type: 'user', id: 'ada' },
  action: { name: 'read' },
  resource: { type: 'schema', id: resource },
});

describe('EntityNames', () => {
  it('finds subjects and resources by id or by name', async () => {
    const { names } = someNames();
    const questions = await names.resolve([asked('sales'), asked(SALES)], () => Promise.resolve());
    expect(questions.map(({ subject, resource }) => [subject?.id, resource?.id])).toEqual([
      [ADA, SALES],
      [ADA, SALES],
    ]);
  });

  it('looks nothing up about resources for who may not ask about the subjects', async () => {
    const { names, lookedUp } = someNames();
    const subjects: unknown[] = [];
    const refuse = (questions: readonly { subject?: { id: string } | undefined }[]): Promise<never> => {
      subjects.push(...questions.map(({ subject }) => subject?.id));
      return Promise.reject(new DomainError('RBAC.MISSING_PERMISSION'));
    };
    await expect(names.resolve([asked('sales'), asked(SALES)], refuse)).rejects.toMatchObject({
      code: 'RBAC.MISSING_PERMISSION',
    });
    expect([subjects, lookedUp]).toEqual([[ADA, ADA], []]);
  });
});
