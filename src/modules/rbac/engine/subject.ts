import type { Effect, PrincipalType } from '../assignment';
import type { CompiledRole } from '../compiled-policy';
import type { ListRequest } from './access-request';
import type { Condition } from './condition';
import type { ResourceNode } from './resource-node';

/** A stored condition that this process does not understand is unknown, whatever it asks. */
export type StoredCondition = Condition | 'unreadable';

/** Milliseconds since the epoch; -Infinity and Infinity where it has no bound. The end is not in it. */
export interface ValidityWindow {
  readonly from: number;
  readonly to: number;
}

/** An assignment as a decision needs it. */
export interface HeldAssignment {
  readonly id: string;
  /** The subject, or a group that it belongs to. */
  readonly holderId: string;
  readonly role: CompiledRole;
  readonly effect: Effect;
  readonly resourceId: string;
  /** Of the resource's id. */
  readonly print: number;
  readonly condition: StoredCondition | null;
  /** The condition, compiled; null where it applies always. */
  readonly test: Evaluation | null;
  /** Null where it holds for good. */
  readonly window: ValidityWindow | null;
  /** That the denial spares this subject. */
  readonly exempt: boolean;
}

/** A principal with all that it holds, itself or through groups. */
export interface Subject {
  readonly id: string;
  readonly type: PrincipalType;
  /** The subject and every group that it belongs to, each with the member through which it does. */
  readonly holders: ReadonlyMap<string, string | null>;
  /** What it holds. */
  readonly held: readonly HeldAssignment[];
  /** The same by the node at which it holds it. */
  readonly assignments: ReadonlyMap<string, readonly HeldAssignment[]>;
  /** That some condition depends on how recently or surely it authenticated. */
  readonly asksForAuthentication: boolean;
}

/** All that a condition can see. */
export interface Facts {
  readonly request: ListRequest;
  readonly subject: Subject;
  readonly resource: ResourceNode;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** True, false, or null for unknown: Kleene's logic, which is SQL's too. */
export type TruthValue = boolean | null;

/** What a condition says of the facts. */
export type Evaluation = (facts: Facts) => TruthValue;
