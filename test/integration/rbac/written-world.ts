import { v7 as uuidv7 } from 'uuid';
import { holdersOf, lineOf } from '../../engine/oracle';
import { GROUPS, SUBJECTS, type World, type WorldAssignment, type WorldRole } from '../../engine/worlds';
import { type RbacProcess, type Answer } from './rbac-harness';

/** Indices count among what is there, over and over: every number names something. */
export type Write =
  | { readonly kind: 'assign'; readonly assignment: WorldAssignment }
  | { readonly kind: 'take'; readonly assignment: number }
  | { readonly kind: 'define'; readonly role: number; readonly definition: WorldRole }
  | { readonly kind: 'create'; readonly parent: number; readonly tag: string }
  | { readonly kind: 'move'; readonly node: number; readonly parent: number }
  | { readonly kind: 'describe'; readonly node: number; readonly tag: string; readonly owner: number | null }
  | { readonly kind: 'delete'; readonly node: number }
  | { readonly kind: 'join' | 'leave'; readonly group: number; readonly member: number };

/** What the service calls something, and which version of it is there. */
interface Known {
  readonly id: string;
  version: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

/** A world that is written to a service over HTTP, and for the oracle here: one holds what the other does. */
export class WrittenWorld {
  readonly subjects: string[] = [];
  readonly nodes: Known[] = [];
  readonly assignments: string[] = [];
  private readonly world: Mutable<World> = {
    parents: [],
    tags: [],
    owners: [],
    groups: [],
    roles: [],
    assignments: [],
  };
  private readonly keys: string[] = [];
  private readonly freedKeys: string[] = [];
  private readonly deleted = new Set<number>();
  private readonly groups: string[] = [];
  private readonly roles: Known[] = [];

  private constructor(
    private readonly service: RbacProcess,
    private readonly administrator: string,
  ) {}

  static async create(service: RbacProcess, administrator: string, world: World): Promise<WrittenWorld> {
    const written = new WrittenWorld(service, administrator);
    for (let subject = 0; subject < SUBJECTS; subject++)
      written.subjects.push(await service.createPrincipal());
    for (let group = 0; group < GROUPS; group++) await written.createGroup();
    for (const [group, members] of world.groups.entries())
      for (const member of members) await written.join(group, member);
    const byDepth = world.parents.map((_, node) => node);
    byDepth.sort((a, b) => lineOf(a, world).length - lineOf(b, world).length);
    for (const node of byDepth) await written.createNode(world, node);
    for (const [role, definition] of world.roles.entries()) await written.createRole(role, definition);
    for (const assignment of world.assignments) await written.assign(assignment);
    return written;
  }

  /** As it is now. */
  get current(): World {
    return structuredClone(this.world);
  }

  isThere(node: number): boolean {
    return !this.deleted.has(node);
  }

  /** Writes it down here where the service has to take it, and expects it refused where it has not. */
  async apply(write: Write): Promise<void> {
    switch (write.kind) {
      case 'assign':
        return this.assign({ ...write.assignment, node: this.living(write.assignment.node) });
      case 'take':
        return this.take(write.assignment);
      case 'define':
        return this.define(write.role, write.definition);
      case 'create':
        return this.grow(this.living(write.parent), write.tag);
      case 'move':
        return this.move(this.living(write.node), this.living(write.parent));
      case 'describe':
        return this.describe(this.living(write.node), write.tag, write.owner);
      case 'delete':
        return this.delete(this.living(write.node));
      case 'join':
        return this.join(write.group, write.member);
      case 'leave':
        return this.leave(write.group, write.member);
    }
  }

  private get api() {
    return this.service.as(this.administrator);
  }

  private principal(index: number): string {
    return (index < SUBJECTS ? this.subjects[index] : this.groups[index - SUBJECTS])!;
  }

  private living(index: number): number {
    const nodes = this.nodes.map((_, node) => node).filter((node) => this.isThere(node));
    return nodes[index % nodes.length]!;
  }

  private async createGroup(): Promise<void> {
    const { body } = taken(await this.api.post('/v1/groups', { name: `group ${uuidv7()}` }));
    this.groups.push(body.id as string);
    this.world.groups.push([]);
  }

  private async join(group: number, member: number): Promise<void> {
    const members = this.world.groups[group]!;
    const self = SUBJECTS + group;
    const principalType = member < SUBJECTS ? 'user' : 'group';
    const body = { principalType, principalId: this.principal(member) };
    const answer = await this.api.post(`/v1/groups/${this.groups[group]}/members`, body);
    if (holdersOf(self, this.world).includes(member)) return refused(answer, 'RBAC.GROUP_CYCLE');
    if (members.includes(member)) return refused(answer, 'RBAC.MEMBER_EXISTS');
    taken(answer);
    this.world.groups[group] = [...members, member];
  }

  private async leave(group: number, member: number): Promise<void> {
    const members = this.world.groups[group]!;
    const answer = await this.api.delete(
      `/v1/groups/${this.groups[group]}/members/${this.principal(member)}`,
    );
    if (!members.includes(member)) return refused(answer, 'RBAC.MEMBER_NOT_FOUND');
    taken(answer);
    this.world.groups[group] = members.filter((other) => other !== member);
  }

  private async createNode({ parents, tags, owners }: World, node: number): Promise<void> {
    const parent = node === 0 ? {} : { parentId: this.nodes[parents[node]!]!.id };
    const owner = owners[node] ?? null;
    this.keys[node] = uuidv7();
    const { body } = taken(
      await this.api.post('/v1/resources', {
        type: 'thing',
        key: this.keys[node],
        name: `node ${node}`,
        tags: tagsOf(tags[node]!),
        ...parent,
        ...(owner !== null && { ownerId: this.principal(owner) }),
      }),
    );
    this.nodes[node] = body as Known;
    [this.world.parents[node], this.world.tags[node], this.world.owners[node]] = [
      parents[node]!,
      tags[node]!,
      owner,
    ];
  }

  /** Under the key of one that was deleted, where there is one: it must inherit nothing. */
  private async grow(parent: number, tag: string): Promise<void> {
    const key = this.freedKeys.pop() ?? uuidv7();
    const node = { type: 'thing', key, name: 'a node', parentId: this.nodes[parent]!.id, tags: tagsOf(tag) };
    const { body } = taken(await this.api.post('/v1/resources', node));
    this.keys.push(key);
    this.nodes.push(body as Known);
    this.world.parents.push(parent);
    this.world.tags.push(tag);
    this.world.owners.push(null);
  }

  private async patchNode(node: number, change: object): Promise<Answer> {
    const { id, version } = this.nodes[node]!;
    const answer = await this.api.patch(`/v1/resources/${id}`, change, version);
    if (answer.status === 200) this.nodes[node]!.version = answer.body.version as number;
    return answer;
  }

  private async move(node: number, parent: number): Promise<void> {
    if (node === 0) return;
    const answer = await this.patchNode(node, { parentId: this.nodes[parent]!.id });
    if (lineOf(parent, this.world).includes(node)) return refused(answer, 'RBAC.RESOURCE_CYCLE');
    taken(answer);
    this.world.parents[node] = parent;
  }

  private async describe(node: number, tag: string, owner: number | null): Promise<void> {
    const ownerId = owner === null ? null : this.principal(owner);
    taken(await this.patchNode(node, { tags: tagsOf(tag), ownerId }));
    this.world.tags[node] = tag;
    this.world.owners[node] = owner;
  }

  private async delete(node: number): Promise<void> {
    if (node === 0) return;
    const { id, version } = this.nodes[node]!;
    taken(await this.api.delete(`/v1/resources/${id}?cascade=true`, version));
    const isBelow = (other: number): boolean => lineOf(other, this.world).includes(node);
    for (const other of this.nodes.keys()) {
      if (!this.isThere(other) || !isBelow(other)) continue;
      this.deleted.add(other);
      this.freedKeys.push(this.keys[other]!);
    }
    for (let index = this.assignments.length - 1; index >= 0; index--)
      if (isBelow(this.world.assignments[index]!.node)) this.forget(index);
  }

  private async createRole(index: number, { grants, except, parent }: WorldRole): Promise<void> {
    const parents = parent !== null && parent < index ? [this.roles[parent]!.id] : [];
    this.roles.push(await this.service.createRole(this.administrator, { grants, except, parents }));
    this.world.roles.push({ grants, except, parent });
  }

  private async define(index: number, { grants, except, parent }: WorldRole): Promise<void> {
    const role = this.roles[index]!;
    const parents = parent !== null && parent < index ? [this.roles[parent]!.id] : [];
    const change = { grants, except, parents };
    const { body } = taken(await this.api.patch(`/v1/roles/${role.id}`, change, role.version));
    role.version = body.version as number;
    this.world.roles[index] = { grants, except, parent };
  }

  private async assign(assignment: WorldAssignment): Promise<void> {
    const { holder, role, node, effect, condition, exempt, from, to } = assignment;
    const answer = await this.api.post('/v1/assignments', {
      principalType: holder < SUBJECTS ? 'user' : 'group',
      principalId: this.principal(holder),
      roleId: this.roles[role]!.id,
      resourceId: this.nodes[node]!.id,
      effect,
      ...(condition !== null && { condition }),
      ...(effect === 'deny' && { exempt: exempt.map((index) => this.principal(index)) }),
      ...(from !== null && { validFrom: momentOf(from) }),
      ...(to !== null && { validTo: momentOf(to) }),
    });
    if (from !== null && to !== null && from >= to) return refused(answer, 'REQUEST.MALFORMED');
    if (this.holds(assignment)) return refused(answer, 'RBAC.ASSIGNMENT_EXISTS');
    this.assignments.push(taken(answer).body.id as string);
    this.world.assignments.push(assignment);
  }

  /** Only what holds always is the same twice. */
  private holds({ holder, role, node, effect, condition, from, to }: WorldAssignment): boolean {
    const isPlain = (one: Pick<WorldAssignment, 'condition' | 'from' | 'to'>): boolean =>
      one.condition === null && one.from === null && one.to === null;
    return (
      isPlain({ condition, from, to }) &&
      this.world.assignments.some(
        (other) =>
          isPlain(other) &&
          other.holder === holder &&
          other.role === role &&
          other.node === node &&
          other.effect === effect,
      )
    );
  }

  private async take(number: number): Promise<void> {
    if (this.assignments.length === 0) return;
    const index = number % this.assignments.length;
    taken(await this.api.delete(`/v1/assignments/${this.assignments[index]}`));
    this.forget(index);
  }

  private forget(index: number): void {
    this.assignments.splice(index, 1);
    this.world.assignments.splice(index, 1);
  }
}

function tagsOf(tag: string): Record<string, string> {
  return tag === '' ? {} : { class: tag };
}

function momentOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

function taken(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(`Answered ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

function refused({ status, body }: Answer, code: string): void {
  if (body?.code !== code) throw new Error(`Not refused as ${code}: ${status} ${JSON.stringify(body)}`);
}
