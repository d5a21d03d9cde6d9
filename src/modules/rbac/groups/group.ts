import type { PrincipalType } from '../assignment';

/** Principals that are given roles together. A group is a principal itself, and may belong to others. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Changes with every edit; the ETag. Members are no part of it. */
  readonly version: number;
}

export type GroupContent = Pick<Group, 'name' | 'description'>;

export interface Membership {
  readonly groupId: string;
  readonly principalType: PrincipalType;
  readonly principalId: string;
}
