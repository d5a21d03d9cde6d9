import type { RoleDefinition } from './compiled-policy';

export interface Role extends RoleDefinition {
  readonly name: string;
  readonly description: string;
  readonly system: boolean;
  /** Changes with every edit; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
}

/** What a role says, apart from who it is. */
export type RoleContent = Pick<
  Role,
  'name' | 'description' | 'grants' | 'except' | 'parents' | 'requiresMfa'
>;
