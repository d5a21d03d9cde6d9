import type { CompiledPolicy } from '../compiled-policy';
import type { ResourceNode } from '../engine/resource-node';
import type { Subject } from '../engine/subject';

type Found<T> = T | null | Promise<T | null>;

/** Where a decision gets its inputs: memory, or PostgreSQL. Null is what does not exist. */
export interface PolicySource {
  readonly version: bigint;
  /** The version in digits. */
  readonly policyVersion: string;
  readonly policy: CompiledPolicy;
  subject(id: string): Found<Subject>;
  node(id: string): Found<ResourceNode>;
}
