import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { ListFilter, Principal } from '../../common/access';
import { DomainError } from '../../common/errors';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { Clock } from '../../infrastructure/clock';
import { RequestContext } from '../../infrastructure/request-context';
import { AccessRefusals } from './access-refusals';
import type {
  AccessRequest,
  DecideOptions,
  Decision,
  DecisionBasis,
  ListRequest,
} from './engine/access-request';
import { decide } from './engine/decide';
import { explain } from './engine/explain';
import type { Explanation } from './engine/explanation';
import { NO_RESOURCES, ResourceFilter } from './engine/resource-filter';
import type { ResourceNode } from './engine/resource-node';
import type { Subject } from './engine/subject';
import { PolicyMemory } from './memory/policy-memory';
import type { PolicySource } from './memory/policy-source';
import { PostgresPolicy } from './memory/postgres-policy';
import { PolicyRepository } from './policy.repository';
import { contextOf } from './request-circumstances';
import { ROOT_RESOURCE_ID } from './well-known-ids';

const MAX_WAIT_MS = 1_000;
const RETRY_MS = 50;

type Inputs = readonly [subject: Subject | null, node: ResourceNode | null];

/**
 * The questions of access: one engine behind the guard, the API and AuthZEN. Reads memory while that can be trusted,
 * else PostgreSQL. Decisions are never cached, and only what {@link require} refuses is audited. Ids are in lower case, as PostgreSQL
 * writes them.
 */
@Injectable()
export class AccessService {
  constructor(
    private readonly memory: PolicyMemory,
    private readonly feed: ChangeFeed,
    private readonly policies: PolicyRepository,
    private readonly refusals: AccessRefusals,
    private readonly requests: RequestContext,
    private readonly clock: Clock,
  ) {}

  /**
   * Synchronous when everything is in memory.
   *
   * @throws DomainError `RBAC.POLICY_VERSION_PENDING` when the version asked for does not show within a second.
   */
  decide(request: AccessRequest, options?: DecideOptions): Decision | Promise<Decision> {
    if (options?.minPolicyVersion !== undefined || !this.feed.isFresh())
      return this.decideLater(request, options);
    return this.decideFrom(this.memory, request);
  }

  /** In the order of `requests`, all by the same version of the policy or later ones. @throws as {@link decide} */
  async decideMany(requests: readonly AccessRequest[], options?: DecideOptions): Promise<Decision[]> {
    const source = await this.sourceFor(options);
    const decisions: Decision[] = [];
    for (const request of requests) {
      const decision = this.decideFrom(source, request);
      decisions.push(decision instanceof Promise ? await decision : decision);
    }
    return decisions;
  }

  /** The decision, what decided it, and what nearly did. @throws as {@link decide} */
  async explain(request: AccessRequest, options?: DecideOptions): Promise<Explanation> {
    const source = await this.sourceFor(options);
    const now = this.clock.nowMs();
    const [subject, resource] = await this.load(source, request);
    const decision = decideWith(source, request, subject, resource, now);
    const bit = source.policy.bitOf(request.permission);
    if (subject === null || resource === null || bit === undefined || subject.type !== request.subject.type)
      return { decision, deciding: [], nearMisses: [] };
    return explain(decision, bit, { request, subject, resource, now });
  }

  /** The resources for which {@link decide} says yes, as a condition of SQL. @throws as {@link decide} */
  async list(request: ListRequest, options?: DecideOptions): Promise<ListFilter> {
    const source = await this.sourceFor(options);
    const [subject, resource] = await this.load(source, request);
    const bit = source.policy.bitOf(request.permission);
    if (subject === null || resource === null || bit === undefined || subject.type !== request.subject.type)
      return NO_RESOURCES;
    return ResourceFilter.of(bit, { request, subject, resource, now: this.clock.nowMs() });
  }

  /** The types of those of the resources `ids` that exist. */
  async typesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const types = new Map<string, string>();
    if (ids.length === 0) return types;
    const source = await this.sourceFor();
    for (const id of ids) {
      const found = source.node(id);
      const node = found instanceof Promise ? await found : found;
      if (node !== null) types.set(id, node.type);
    }
    return types;
  }

  /**
   * For handlers that learn of the resource late.
   *
   * @throws DomainError `RBAC.MISSING_PERMISSION`, or `AUTH.INSUFFICIENT_USER_AUTHENTICATION` where a fresh
   * authentication would do
   */
  async require(principal: Principal, permission: string, resource?: string): Promise<void> {
    const subject = { type: principal.subjectType, id: principal.subject };
    const question = { permission, ...(resource !== undefined && { resource }) };
    const context = contextOf(principal, this.requests.ip);
    const decision = await this.decide({ subject, ...question, context });
    if (!decision.allowed) await this.refusals.refuse({ decision, permission, resource, isConcealed: false });
  }

  /** The names of all permissions that the subject holds at the root, whatever the circumstances; sorted. */
  async permissionsOf(subjectId: string): Promise<string[]> {
    const source = await this.sourceFor();
    const [subject, resource] = await Promise.all([source.subject(subjectId), source.node(ROOT_RESOURCE_ID)]);
    if (subject === null || resource === null) return [];
    const { policy } = source;
    const facts = { subject, resource, now: this.clock.nowMs() };
    return policy.namesIn(policy.everything).filter((permission) => {
      const bit = policy.bitOf(permission);
      return (
        bit !== undefined && decide(bit, { ...facts, request: { subject, permission } }).basis === 'allowed'
      );
    });
  }

  /**
   * Whether a role that the subject holds, itself or through a group, requires a second factor of it: at whatever
   * resource and under whatever condition, and before it begins to hold as well.
   */
  async requiresMfa(subjectId: string): Promise<boolean> {
    const source = await this.sourceFor();
    if (!source.policy.requiresMfa) return false;
    const now = this.clock.nowMs();
    const subject = await source.subject(subjectId);
    return (
      subject?.held.some(
        ({ role, effect, window }) =>
          role.requiresMfa && effect === 'allow' && (window === null || window.to > now),
      ) === true
    );
  }

  private async decideLater(request: AccessRequest, options?: DecideOptions): Promise<Decision> {
    return this.decideFrom(await this.sourceFor(options), request);
  }

  private decideFrom(source: PolicySource, request: AccessRequest): Decision | Promise<Decision> {
    const subject = source.subject(request.subject.id);
    const node = source.node(request.resource ?? ROOT_RESOURCE_ID);
    if (!(subject instanceof Promise) && !(node instanceof Promise))
      return decideWith(source, request, subject, node, this.clock.nowMs());
    return Promise.all([subject, node]).then((inputs) =>
      decideWith(source, request, ...inputs, this.clock.nowMs()),
    );
  }

  private load(source: PolicySource, { subject, resource }: AccessRequest): Promise<Inputs> {
    return Promise.all([source.subject(subject.id), source.node(resource ?? ROOT_RESOURCE_ID)]);
  }

  private async sourceFor({ minPolicyVersion = '-1' }: DecideOptions = {}): Promise<PolicySource> {
    const wanted = BigInt(minPolicyVersion);
    if (this.feed.isFresh() && this.memory.version >= wanted) return this.memory;
    const deadline = performance.now() + MAX_WAIT_MS;
    let stored = await this.policies.readVersion();
    while (stored < wanted) {
      if (performance.now() >= deadline) {
        const detail = `The policy is at version ${stored}.`;
        throw new DomainError('RBAC.POLICY_VERSION_PENDING', { detail });
      }
      await sleep(RETRY_MS);
      stored = await this.policies.readVersion();
    }
    return PostgresPolicy.read(this.policies);
  }
}

function decideWith(
  source: PolicySource,
  request: AccessRequest,
  subject: Subject | null,
  resource: ResourceNode | null,
  now: number,
): Decision {
  const { policyVersion } = source;
  const bit = source.policy.bitOf(request.permission);
  if (bit === undefined) return refusal('unknown_permission', policyVersion);
  if (subject?.type !== request.subject.type) return refusal('unknown_subject', policyVersion);
  if (resource === null) return refusal('unknown_resource', policyVersion);
  const { basis, challenge } = decide(bit, { request, subject, resource, now });
  const decision = { allowed: basis === 'allowed', basis, policyVersion };
  return challenge === undefined ? decision : { ...decision, challenge };
}

function refusal(basis: DecisionBasis, policyVersion: string): Decision {
  return { allowed: false, basis, policyVersion };
}
