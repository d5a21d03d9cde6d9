import { Injectable, Logger } from '@nestjs/common';
import { ChangeFeed, type ChangeKind, type ChangeSubscriber } from '../../../infrastructure/change-feed';
import { Database } from '../../../infrastructure/database';
import { CompiledPolicy } from '../compiled-policy';
import { liesIn, printOf, type ResourceNode } from '../engine/resource-node';
import type { Subject } from '../engine/subject';
import { PolicyRepository, type PolicyDefinition } from '../policy.repository';
import { compileSubject } from './compile-subject';
import { LoadingCache } from './loading-cache';
import type { PolicySource } from './policy-source';
import { SharedLines } from './shared-lines';
import { VersionWatermark } from './version-watermark';

const MAX_SUBJECTS = 50_000;
const MAX_NODES = 200_000;

/** The policy in this process: all roles, and the principals and resources that were asked about lately. */
@Injectable()
export class PolicyMemory implements ChangeSubscriber, PolicySource {
  readonly kinds: readonly ChangeKind[] = [
    'policy.roles',
    'policy.assignments',
    'policy.groups',
    'policy.resources',
    'policy.version',
  ];
  policy = CompiledPolicy.EMPTY;
  private readonly logger = new Logger('Policy');
  private readonly watermark = new VersionWatermark();
  private readonly readAt = new Map<string, bigint>();
  private definitionVersion = -1n;
  private readonly policies: PolicyRepository;
  private readonly subjects: LoadingCache<Subject>;
  private readonly nodes: LoadingCache<ResourceNode>;
  private readonly lines = new SharedLines();

  constructor(policies: PolicyRepository, database: Database, feed: ChangeFeed) {
    this.policies = policies;
    // What an open transaction sees may never have been.
    const mayKeep = (): boolean => !database.isInTransaction();
    this.subjects = new LoadingCache(MAX_SUBJECTS, (id) => this.readSubject(id), mayKeep);
    this.nodes = new LoadingCache(MAX_NODES, (id) => this.readNode(id), mayKeep);
    feed.subscribe(this);
  }

  /** Every change up to this version is known here. */
  get version(): bigint {
    return this.watermark.reached;
  }

  get policyVersion(): string {
    return this.watermark.digits;
  }

  subject(id: string): Subject | null | Promise<Subject | null> {
    return this.subjects.get(id);
  }

  node(id: string): ResourceNode | null | Promise<ResourceNode | null> {
    return this.nodes.get(id);
  }

  async rebuild(): Promise<void> {
    const definition = await this.policies.read();
    this.adopt(definition);
    this.nodes.clear();
    this.watermark.restart(definition.version);
  }

  async refresh(kind: ChangeKind, keys: readonly string[]): Promise<void> {
    if (kind === 'policy.roles') return this.refreshRoles(keys);
    if (kind === 'policy.version') for (const version of keys) this.watermark.mark(BigInt(version));
    else if (kind === 'policy.resources')
      this.nodes.forget((node) => keys.some((id) => liesIn(node, id, printOf(id))));
    else this.subjects.forget(({ holders }) => keys.some((id) => holders.has(id)));
  }

  /** Without keys the registry has changed, and with it what wildcards cover. */
  private async refreshRoles(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) {
      const definition = await this.policies.read();
      // Of two reads at once the later snapshot stays, whichever ends last.
      if (definition.version >= this.definitionVersion) this.adopt(definition);
      return;
    }
    const { version, roles } = await this.policies.readRoles(ids);
    const outdated = ids.filter((id) => version >= (this.readAt.get(id) ?? this.definitionVersion));
    for (const id of outdated) this.readAt.set(id, version);
    this.policy.redefine(
      outdated,
      roles.filter(({ id }) => outdated.includes(id)),
    );
    this.reportUnreadable(outdated);
  }

  private async readSubject(id: string): Promise<Subject | null> {
    const row = await this.policies.findSubject(id);
    return row === null ? null : compileSubject(row, this.policy);
  }

  private async readNode(id: string): Promise<ResourceNode | null> {
    const node = await this.policies.findNode(id);
    return node === null ? null : this.lines.nodeFrom(node);
  }

  private adopt({ version, permissions, implied, roles }: PolicyDefinition): void {
    this.policy = new CompiledPolicy(permissions, roles, implied);
    this.definitionVersion = version;
    this.readAt.clear();
    // They are bound to the roles of the policy that was.
    this.subjects.clear();
    this.reportUnreadable(this.policy.unreadableRoleIds);
  }

  private reportUnreadable(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.policy.roleOf(id).isReadable || !this.policy.defines(id)) continue;
      this.logger.error(
        `Role ${id} cannot be read: it grants nothing, and where it is denied it denies everything`,
      );
    }
  }
}
