import type { Effect } from '../assignment';
import type { Decision } from './access-request';

export type Truth = 'true' | 'false' | 'unknown';

/** One test inside a condition, and what it saw. */
export interface ConditionFinding {
  readonly test: string;
  /** What was compared; absent where it is unknown. */
  readonly value?: unknown;
  readonly result: Truth;
}

/** Why an assignment that names the permission did or did not count. */
export type AssignmentOutcome =
  | 'applies'
  | 'not_yet_valid'
  | 'expired'
  | 'exempt'
  | 'condition_not_met'
  | 'condition_unknown'
  | 'elsewhere';

/** One assignment that names the permission, as it looked to the decision. */
export interface AssignmentFinding {
  readonly assignmentId: string;
  readonly effect: Effect;
  readonly roleId: string;
  /** The node at which it holds. */
  readonly resourceId: string;
  /** From the subject to the holder of the assignment: the groups between, outermost last. */
  readonly groups: readonly string[];
  readonly outcome: AssignmentOutcome;
  readonly condition?: readonly ConditionFinding[];
}

/** A decision and its reasons. */
export interface Explanation {
  readonly decision: Decision;
  /** The assignments that decided: the denials that applied, else the grants. */
  readonly deciding: readonly AssignmentFinding[];
  /** What would have decided otherwise, had one thing been different. */
  readonly nearMisses: readonly AssignmentFinding[];
}

/** What a subject may see of its own: no conditions, no values, no groups, no places. */
export interface RedactedExplanation {
  readonly decision: Decision;
  readonly deciding: readonly Pick<AssignmentFinding, 'effect' | 'roleId' | 'outcome'>[];
  readonly nearMisses: readonly Pick<AssignmentFinding, 'effect' | 'outcome'>[];
}
