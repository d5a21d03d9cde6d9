import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { FieldChanges } from '../../../common/events';
import { AssignmentCreatedEvent } from '../events/assignment-created.event';
import { AssignmentDeletedEvent } from '../events/assignment-deleted.event';
import { PolicyWriter } from '../policy-writer';
import { PolicyImportRepository, type ImportedHolder } from './policy-import.repository';

/** Who holds the roles of an imported namespace. What was assigned by hand is left alone. */
@Injectable()
export class ImportedHoldersService {
  constructor(
    private readonly imports: PolicyImportRepository,
    private readonly writer: PolicyWriter,
  ) {}

  /**
   * Gives each principal, by its id, the one role of that name, and takes back what earlier imports gave beyond that.
   * Inside a policy write. Answers how many assignments came or went.
   */
  async assign(namespace: string, roleNameOf: ReadonlyMap<string, string>): Promise<number> {
    const source = `import:${namespace}`;
    const held = await this.imports.findHolders(source);
    const wanted = await this.roleIdsOf(namespace, roleNameOf);
    const gone = held.filter(({ principalId, roleId }) => wanted.get(principalId) !== roleId);
    for (const { principalId, roleId } of held) {
      if (wanted.get(principalId) === roleId) wanted.delete(principalId);
    }
    const added = [...wanted].map(([principalId, roleId]) => ({ id: uuidv7(), principalId, roleId }));
    if (gone.length + added.length === 0) return 0;
    await this.imports.deleteAssignments(gone.map(({ id }) => id));
    await this.imports.insertAssignments(added, source);
    await this.writer.record(
      'policy.assignments',
      [...new Set([...gone, ...added].map(({ principalId }) => principalId))],
      ...gone.map((holder) => new AssignmentDeletedEvent(holder.id, factsOf('before', holder, source))),
      ...added.map((holder) => new AssignmentCreatedEvent(holder.id, factsOf('after', holder, source))),
    );
    return gone.length + added.length;
  }

  private async roleIdsOf(
    namespace: string,
    roleNameOf: ReadonlyMap<string, string>,
  ): Promise<Map<string, string>> {
    const ids = new Map((await this.imports.findRoles(namespace)).map(({ id, name }) => [name, id]));
    return new Map(
      [...roleNameOf].map(([principalId, name]) => {
        const id = ids.get(name);
        if (id === undefined) throw new Error(`The namespace "${namespace}" has no role "${name}"`);
        return [principalId, id];
      }),
    );
  }
}

function factsOf(
  side: 'before' | 'after',
  { principalId, roleId }: ImportedHolder,
  source: string,
): FieldChanges {
  return { principalId: { [side]: principalId }, roleId: { [side]: roleId }, source: { [side]: source } };
}
