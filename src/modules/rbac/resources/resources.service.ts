import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { ListFilter, Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import type { FieldChanges } from '../../../common/events';
import type { Page } from '../../../common/http';
import { isUniqueViolation } from '../../../infrastructure/database';
import { CursorCodec, keysetPage } from '../../../infrastructure/pagination';
import { AccessService } from '../access.service';
import { AssignmentsRepository } from '../assignments.repository';
import type { CreateResourceBody, ListResourcesQuery, UpdateResourceBody } from '../dto/resource.bodies';
import { ResourceCreatedEvent } from '../events/resource-created.event';
import { ResourceUpdatedEvent } from '../events/resource-updated.event';
import { PolicyWriter } from '../policy-writer';
import type { Written } from '../written';
import type { Resource } from './resource';
import { ResourceRules } from './resource-rules';
import { RESOURCE_KEY_CONSTRAINT, ResourcesRepository, type ResourceFilter } from './resources.repository';

const LIST = 'resources';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** The tree at whose nodes roles hold: its use cases. A key of the feed stands for a node and all below it. */
@Injectable()
export class ResourcesService {
  constructor(
    private readonly resources: ResourcesRepository,
    private readonly rules: ResourceRules,
    private readonly assignments: AssignmentsRepository,
    private readonly writer: PolicyWriter,
    private readonly cursors: CursorCodec,
    private readonly access: AccessService,
  ) {}

  async list(access: ListFilter, { limit, cursor, ...filter }: ListResourcesQuery): Promise<Page<Resource>> {
    const afterId = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const rows = await this.resources.findPage(
      { ...(filter as ResourceFilter), access },
      afterId ?? BEFORE_ALL,
      limit + 1,
    );
    return keysetPage(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /** @throws DomainError `RBAC.RESOURCE_NOT_FOUND` */
  async getById(id: string): Promise<Resource> {
    const resource = await this.resources.findById(id);
    if (resource === null) throw new DomainError('RBAC.RESOURCE_NOT_FOUND');
    return resource;
  }

  findByKey(type: string, key: string): Promise<Resource | null> {
    return this.resources.findByKey(type, key);
  }

  /**
   * @throws DomainError `RBAC.UNKNOWN_RESOURCE`, `RBAC.UNKNOWN_PRINCIPAL`, `RBAC.RESOURCE_KEY_TAKEN`,
   * `RBAC.RESOURCE_TOO_DEEP`
   */
  create(body: CreateResourceBody): Promise<Written<Resource>> {
    return this.writer.write(async (policyVersion) => {
      const parent = await this.getParent(body.parentId);
      this.rules.requireRoomBelow(parent);
      const ownerId = body.ownerId ?? null;
      await this.requireOwner(ownerId);
      const id = uuidv7();
      const resource = { ...body, id, ownerId, path: [...parent.path, id], version: 1 };
      await this.unlessTaken(() => this.resources.insert(resource));
      await this.writer.record(
        'policy.resources',
        [id],
        new ResourceCreatedEvent(id, changesOf({}, resource)),
      );
      return { ...resource, policyVersion };
    });
  }

  /**
   * Renames, describes anew, moves. Assignments stay with the node and with all below it.
   *
   * @throws DomainError `RBAC.RESOURCE_NOT_FOUND`, `REQUEST.PRECONDITION_FAILED`, `RBAC.UNKNOWN_RESOURCE`,
   * `RBAC.UNKNOWN_PRINCIPAL`, and as {@link ResourceRules.requireMovable}
   */
  async update(
    actor: Principal,
    id: string,
    version: number,
    body: UpdateResourceBody,
  ): Promise<Written<Resource>> {
    if (body.parentId !== undefined) await this.requireCreatable(actor, body.parentId);
    return this.writer.write(async (policyVersion) => {
      const before = await this.getVersion(id, version);
      const after: Resource = { ...before, ...body };
      const changes = changesOf(before, after);
      if ('tags' in changes || 'ownerId' in changes)
        await this.rules.requireDescribable(actor.subject, before);
      if ('ownerId' in changes) await this.requireOwner(after.ownerId);
      if (body.parentId !== undefined && 'parentId' in changes) {
        const parent = await this.getParent(body.parentId);
        await this.rules.requireMovable(actor.subject, before, parent);
        await this.resources.move(before, parent);
      }
      await this.resources.update(id, after);
      await this.writer.record('policy.resources', [id], new ResourceUpdatedEvent(id, changes));
      return { ...(await this.getById(id)), policyVersion };
    });
  }

  /** Of a place that does not exist only those learn who may create anywhere. */
  private async requireCreatable(actor: Principal, parentId: string): Promise<void> {
    const parent = await this.resources.findById(parentId);
    await this.access.require(actor, 'resources:create', parent?.id);
  }

  private async getVersion(id: string, version: number): Promise<Resource> {
    const resource = await this.getById(id);
    if (resource.version !== version) throw new DomainError('REQUEST.PRECONDITION_FAILED');
    return resource;
  }

  private async getParent(id: string): Promise<Resource> {
    const parent = await this.resources.findById(id);
    if (parent !== null) return parent;
    const error = { pointer: '/parentId', code: 'unknown', message: 'There is no such resource.' };
    throw new DomainError('RBAC.UNKNOWN_RESOURCE', { errors: [error] });
  }

  private async requireOwner(id: string | null): Promise<void> {
    if (id === null || (await this.assignments.findPrincipalType(id)) !== null) return;
    const error = { pointer: '/ownerId', code: 'unknown', message: 'There is no such principal.' };
    throw new DomainError('RBAC.UNKNOWN_PRINCIPAL', { errors: [error] });
  }

  private async unlessTaken(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (isUniqueViolation(error, RESOURCE_KEY_CONSTRAINT))
        throw new DomainError('RBAC.RESOURCE_KEY_TAKEN', { cause: error });
      throw error;
    }
  }
}

/** Before and after of every field that differs. */
export function changesOf(before: Partial<Resource>, after: Partial<Resource>): FieldChanges {
  const fields = ['type', 'key', 'name', 'parentId', 'tags', 'ownerId'] as const;
  return Object.fromEntries(
    fields
      .filter((field) => spelled(before[field]) !== spelled(after[field]))
      .map((field) => [field, { ...side('before', before[field]), ...side('after', after[field]) }]),
  );
}

function side(name: 'before' | 'after', value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value };
}

/** Objects of the same members are the same, in any order. */
function spelled(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
