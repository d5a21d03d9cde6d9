import { CompiledPolicy } from '../compiled-policy';
import { nodeFrom, type ResourceNode } from '../engine/resource-node';
import type { Subject } from '../engine/subject';
import type { PolicyDefinition, PolicyRepository } from '../policy.repository';
import { compileSubject } from './compile-subject';
import type { PolicySource } from './policy-source';

/** The policy as PostgreSQL has it now, for one question or one batch of them. */
export class PostgresPolicy implements PolicySource {
  readonly version: bigint;
  readonly policyVersion: string;
  readonly policy: CompiledPolicy;
  private readonly subjects = new Map<string, Promise<Subject | null>>();
  private readonly nodes = new Map<string, Promise<ResourceNode | null>>();

  private constructor(
    private readonly policies: PolicyRepository,
    { version, permissions, implied, roles }: PolicyDefinition,
  ) {
    this.version = version;
    this.policyVersion = version.toString();
    this.policy = new CompiledPolicy(permissions, roles, implied);
  }

  static async read(policies: PolicyRepository): Promise<PostgresPolicy> {
    return new PostgresPolicy(policies, await policies.read());
  }

  subject(id: string): Promise<Subject | null> {
    return once(this.subjects, id, async () => {
      const row = await this.policies.findSubject(id);
      return row === null ? null : compileSubject(row, this.policy);
    });
  }

  node(id: string): Promise<ResourceNode | null> {
    return once(this.nodes, id, async () => {
      const row = await this.policies.findNode(id);
      return row === null ? null : nodeFrom(row);
    });
  }
}

function once<T>(known: Map<string, Promise<T>>, id: string, read: () => Promise<T>): Promise<T> {
  const reading = known.get(id) ?? read();
  known.set(id, reading);
  return reading;
}
