import type { Effect, HeldRole } from './compiled-policy';
import type { Condition } from './engine/condition';

export type { Effect };

export type PrincipalType = 'user' | 'group' | 'service';

/** That a principal holds a role, or is denied it, at a resource and below. */
export interface Assignment extends HeldRole {
  readonly id: string;
  readonly principalType: PrincipalType;
  readonly principalId: string;
  readonly resourceId: string;
  /** When it applies; null for always. */
  readonly condition: Condition | null;
  /** Whom a denial spares. */
  readonly exempt: readonly string[];
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
  readonly source: string;
  readonly reason: string | null;
}
